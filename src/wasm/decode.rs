//! Reading without verifying: for people and for timers, never for access.

use super::memory::{set_reason, with_input};
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

fn read_header(token: &[u8], out: &mut alloc::vec::Vec<u8>) -> Result<(), Error> {
    let compact = Compact::split(token, DEFAULT_MAX_TOKEN_SIZE)?;
    *out = base64url::decode(compact.header).map_err(|_| Error::HeaderEncoding)?;
    header::parse_members(out).map(|_| ())
}

/// Reads the protected header of the token in the buffer; 0 or an error's number.
#[wasm_bindgen]
pub fn decode_header(length: usize) -> u32 {
    with_input(length, |token, memory| read_header(token, &mut memory.header))
}

/// Reads the claims set of the token in the buffer; 0 or an error's number.
#[wasm_bindgen]
pub fn decode(length: usize) -> u32 {
    with_input(length, |token, memory| {
        let compact = Compact::split(token, DEFAULT_MAX_TOKEN_SIZE)?;
        memory.payload = base64url::decode(compact.payload).map_err(|_| Error::PayloadEncoding)?;
        claims::parse(&memory.payload).map(|_| ())
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
