//! Reading without verifying: for people and for timers, never for access.

use super::memory::{HEADER, PAYLOAD, set_reason, with_input};
use crate::core::{
    error::Error,
    refresh::{self, Attempt, Moment, Observation, Plan},
    token::{
        base64url, claims,
        compact::{Compact, DEFAULT_MAX_TOKEN_SIZE},
        header,
    },
};
use wasm_bindgen::prelude::wasm_bindgen;

/// Reads the protected header of the token in the buffer; 0 or an error's number.
#[wasm_bindgen]
pub fn decode_header(length: usize) -> u32 {
    with_input(length, |token, memory| {
        let compact = Compact::split(token, DEFAULT_MAX_TOKEN_SIZE)?;
        let mut header = ::core::mem::take(&mut memory.header);
        let read = base64url::decode_into(compact.header, &mut header)
            .map_err(|_| Error::HeaderEncoding)
            .and_then(|()| header::parse_members(&header).map(drop));
        memory.point(HEADER, &header);
        memory.header = header;
        read
    })
}

/// Reads the claims set of the token in the buffer; 0 or an error's number.
#[wasm_bindgen]
pub fn decode(length: usize) -> u32 {
    with_input(length, |token, memory| {
        let compact = Compact::split(token, DEFAULT_MAX_TOKEN_SIZE)?;
        let mut payload = ::core::mem::take(&mut memory.payload);
        let read = base64url::decode_into(compact.payload, &mut payload)
            .map_err(|_| Error::PayloadEncoding)
            .and_then(|()| claims::parse(&payload).map(drop));
        memory.point(PAYLOAD, &payload);
        memory.payload = payload;
        read
    })
}

/// When to refresh, in seconds of the local clock; `NaN` stands for what is not
/// known or not asked for. [`refresh_reason`] then tells why.
#[wasm_bindgen]
#[allow(clippy::too_many_arguments)]
pub fn next_refresh(
    issued_at: f64,
    expires_at: f64,
    before: f64,
    jitter: f64,
    min_interval: f64,
    now: f64,
    skew: f64,
    random: f64,
    rest: f64,
) -> f64 {
    let (at, moment) = refresh::next_refresh(&Plan {
        issued_at: (!issued_at.is_nan()).then_some(issued_at),
        expires_at,
        before: (!before.is_nan()).then_some(before),
        jitter,
        min_interval,
        now,
        skew,
        random,
        rest,
    });
    set_reason(match moment {
        Moment::Scheduled => 0,
        Moment::Due => 1,
        Moment::Expired => 2,
        Moment::MinInterval => 3,
        Moment::Resting => 4,
    });
    at
}

/// How many seconds still have to pass after the last attempt; `NaN` stands for
/// a `Retry-After` that is not there.
#[wasm_bindgen]
#[must_use]
pub fn rest(failures: u32, retry_after: f64, min_interval: f64, elapsed: f64, random: f64) -> f64 {
    refresh::rest(&Attempt {
        failures,
        retry_after: (!retry_after.is_nan()).then_some(retry_after),
        min_interval,
        elapsed,
        random,
    })
}

/// The issuer's clock minus the local one, after an answer with the issuer's time.
#[wasm_bindgen]
#[must_use]
pub fn measure_skew(skew: f64, server: f64, asked: f64, answered: f64) -> f64 {
    refresh::measure_skew(skew, &Observation { server, asked, answered })
}
