//! The vectors of `tests/vectors/refresh.json`, which JavaScript reads as well.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use jotgate::refresh::{Attempt, Moment, Observation, Plan, measure_skew, next_refresh, rest};
use serde_json::Value;

fn rows(function: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(include_str!("vectors/refresh.json")).unwrap();
    document[function].as_array().unwrap().clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(0.0)
}

#[test]
fn next_refresh_answers_as_the_vectors_say() {
    for row in rows("next_refresh") {
        let plan = &row["plan"];
        let (at, moment) = next_refresh(&Plan {
            issued_at: plan["issued_at"].as_f64(),
            expires_at: plan["expires_at"].as_f64().unwrap_or(f64::NAN),
            before: plan["before"].as_f64(),
            jitter: number(&plan["jitter"]),
            min_interval: number(&plan["min_interval"]),
            now: number(&plan["now"]),
            skew: number(&plan["skew"]),
            random: number(&plan["random"]),
            rest: number(&plan["rest"]),
        });
        let moment = match moment {
            Moment::Scheduled => "scheduled",
            Moment::Due => "due",
            Moment::Expired => "expired",
            Moment::MinInterval => "min-interval",
            Moment::Resting => "resting",
            other => panic!("{other:?} is not in the vectors"),
        };
        assert_eq!((at, moment), (row["at"].as_f64().unwrap(), row["moment"].as_str().unwrap()), "{}", row["id"]);
    }
}

#[test]
fn rest_answers_as_the_vectors_say() {
    for row in rows("rest") {
        let attempt = &row["attempt"];
        let seconds = rest(&Attempt {
            failures: u32::try_from(attempt["failures"].as_u64().unwrap()).unwrap(),
            retry_after: attempt["retry_after"].as_f64(),
            min_interval: number(&attempt["min_interval"]),
            elapsed: number(&attempt["elapsed"]),
            random: number(&attempt["random"]),
        });
        assert_eq!(seconds, row["seconds"].as_f64().unwrap(), "{}", row["id"]);
    }
}

#[test]
fn measure_skew_answers_as_the_vectors_say() {
    for row in rows("measure_skew") {
        let (server, asked, answered) = (number(&row["server"]), number(&row["asked"]), number(&row["answered"]));
        let measured = measure_skew(number(&row["skew"]), &Observation { server, asked, answered });
        assert_eq!(measured, row["measured"].as_f64().unwrap(), "{}", row["id"]);
    }
}
