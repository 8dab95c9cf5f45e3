//! When to ask for the next token, when to ask again, and what time it is for
//! the issuer: pure arithmetic on times in seconds.

/// By how many seconds before its expiry a token is refreshed, where nothing
/// else is asked for and its lifetime allows it.
pub const DEFAULT_BEFORE: f64 = 60.0;

/// The largest share of its lifetime by which a token is refreshed early.
const MAX_SHARE: f64 = 0.5;

/// The least time between two attempts, however short what is asked for.
pub const LEAST_INTERVAL: f64 = 0.25;

/// The longest wait after failures that gave no time themselves.
pub const MAX_BACK_OFF: f64 = 30.0;

/// The longest that a `Retry-After` is followed.
pub const MAX_RETRY_AFTER: f64 = 3600.0;

/// What is known and asked for.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The token's `iat`, by the issuer's clock.
    pub issued_at: Option<f64>,
    /// The token's `exp`, by the issuer's clock.
    pub expires_at: f64,
    /// How long before the expiry: in seconds from 1 on, below 1 as a share of
    /// the lifetime. `None`: [`DEFAULT_BEFORE`], but at most a quarter of it.
    pub before: Option<f64>,
    /// Up to which share of `before` the moment is moved forward by chance, so
    /// that many clients do not come at once; 0 to 1.
    pub jitter: f64,
    /// How many seconds a token is used at least, counted from its issue.
    pub min_interval: f64,
    /// The local clock.
    pub now: f64,
    /// The issuer's clock minus the local one.
    pub skew: f64,
    /// A random number, 0 to 1.
    pub random: f64,
    /// How many seconds must pass from now in any case, see [`rest`].
    pub rest: f64,
}

/// Why it is that moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Moment {
    /// Ahead of the expiry, as planned.
    Scheduled,
    /// The planned moment has passed, and the token still holds: now.
    Due,
    /// The token has expired: now.
    Expired,
    /// Later than planned, as the token is hardly in use.
    MinInterval,
    /// Later than planned, perhaps after the expiry, as the last attempt was
    /// just now.
    Resting,
}

/// The moment of the next refresh by the local clock, and why. Never before
/// `now`, and after the expiry only when that has passed or while resting.
#[must_use]
pub fn next_refresh(plan: &Plan) -> (f64, Moment) {
    let (at, moment) = planned(plan);
    let rested = finite_or(plan.now, 0.0) + finite_or(plan.rest, 0.0).max(0.0);
    if at < rested { (rested, Moment::Resting) } else { (at, moment) }
}

fn planned(plan: &Plan) -> (f64, Moment) {
    let skew = finite_or(plan.skew, 0.0);
    let now = finite_or(plan.now, 0.0);
    let expiry = plan.expires_at - skew;
    // Also what is no number counts as expired: better one refresh than none.
    if expiry.is_nan() || expiry <= now {
        return (now, Moment::Expired);
    }
    let issued = plan.issued_at.map(|issued| issued - skew).filter(|issued| issued.is_finite() && *issued < expiry);
    let lifetime = expiry - issued.unwrap_or(now);
    let before = match plan.before.filter(|before| before.is_finite() && *before >= 0.0) {
        Some(share) if share < 1.0 => share * lifetime,
        Some(seconds) => seconds.min(lifetime * MAX_SHARE),
        None => DEFAULT_BEFORE.min(lifetime * 0.25),
    };
    let early = before * share(plan.jitter) * share(plan.random);
    let planned = expiry - before - early;
    let floor = issued.unwrap_or(f64::NEG_INFINITY) + finite_or(plan.min_interval, 0.0).max(0.0);
    let at = planned.max(floor).min(expiry);
    if at <= now {
        (now, Moment::Due)
    } else if at > planned {
        (at, Moment::MinInterval)
    } else {
        (at, Moment::Scheduled)
    }
}

/// The last attempt to get a token.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// How many have failed in a row, this one included; 0 if it succeeded.
    pub failures: u32,
    /// `Retry-After` in seconds (RFC 9110 §10.2.3), where the answer had one.
    pub retry_after: Option<f64>,
    /// How many seconds lie between two attempts at least.
    pub min_interval: f64,
    /// Seconds since it ended, by a clock that nobody sets.
    pub elapsed: f64,
    /// A random number, 0 to 1; the same one whenever this attempt is looked at.
    pub random: f64,
}

/// How many seconds still have to pass until the next attempt. Twice as many
/// after each failure, of which up to half are left out by chance; never less
/// than `Retry-After` asks for.
#[must_use]
pub fn rest(attempt: &Attempt) -> f64 {
    let random = share(attempt.random);
    let floor = finite_or(attempt.min_interval, LEAST_INTERVAL).max(LEAST_INTERVAL);
    let wait = match attempt.failures {
        0 => 0.0,
        // From the sixth on it is more than the most.
        failures => f64::from(1_u32 << (failures - 1).min(5)).min(MAX_BACK_OFF) * (1.0 - 0.5 * random),
    };
    let wait = match attempt.retry_after.filter(|seconds| *seconds > 0.0) {
        Some(seconds) => wait.max(seconds.min(MAX_RETRY_AFTER) + random * wait),
        None => wait,
    };
    (wait.max(floor) - finite_or(attempt.elapsed, 0.0).max(0.0)).max(0.0)
}

/// An answer that tells the issuer's time.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    /// The issuer's time, its fraction of a second cut off, as `Date` (RFC 9110
    /// §6.6.1) and most `iat` are.
    pub server: f64,
    /// When it was asked, by the local clock.
    pub asked: f64,
    /// When the answer was there, by the local clock.
    pub answered: f64,
}

/// The issuer's clock minus the local one: of those that the observation leaves
/// open, the one nearest to what was known before, or the middle one where that
/// was wrong by more than a second.
#[must_use]
pub fn measure_skew(skew: f64, observation: &Observation) -> f64 {
    let skew = finite_or(skew, 0.0);
    let least = observation.server - observation.answered;
    let most = observation.server + 1.0 - observation.asked;
    if !(least.is_finite() && most.is_finite() && least <= most) {
        return skew;
    }
    let nearest = skew.max(least).min(most);
    if (nearest - skew).abs() <= 1.0 { nearest } else { least + (most - least) / 2.0 }
}

fn finite_or(value: f64, otherwise: f64) -> f64 {
    if value.is_finite() { value } else { otherwise }
}

fn share(value: f64) -> f64 {
    finite_or(value, 0.0).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: Plan = Plan {
        issued_at: Some(1000.0),
        expires_at: 4600.0,
        before: None,
        jitter: 0.0,
        min_interval: 0.0,
        now: 1000.0,
        skew: 0.0,
        random: 0.5,
        rest: 0.0,
    };

    #[test]
    fn plans_ahead_of_the_expiry() {
        let cases = [
            (PLAN, 4540.0, Moment::Scheduled),
            (Plan { before: Some(300.0), ..PLAN }, 4300.0, Moment::Scheduled),
            (Plan { before: Some(0.25), ..PLAN }, 3700.0, Moment::Scheduled),
            (Plan { before: Some(9999.0), ..PLAN }, 2800.0, Moment::Scheduled),
            (Plan { before: Some(100.0), jitter: 1.0, ..PLAN }, 4450.0, Moment::Scheduled),
            (Plan { skew: 600.0, ..PLAN }, 3940.0, Moment::Scheduled),
            (Plan { now: 4550.0, ..PLAN }, 4550.0, Moment::Due),
            (Plan { now: 4600.0, ..PLAN }, 4600.0, Moment::Expired),
            (Plan { now: 9000.0, ..PLAN }, 9000.0, Moment::Expired),
            (Plan { expires_at: 1000.0, now: 900.0, ..PLAN }, 975.0, Moment::Scheduled),
            (Plan { expires_at: 1020.0, ..PLAN }, 1015.0, Moment::Scheduled),
            (Plan { expires_at: 1020.0, min_interval: 18.0, ..PLAN }, 1018.0, Moment::MinInterval),
            (Plan { expires_at: 1020.0, min_interval: 60.0, ..PLAN }, 1020.0, Moment::MinInterval),
            (Plan { expires_at: f64::NAN, ..PLAN }, 1000.0, Moment::Expired),
            (Plan { rest: 30.0, ..PLAN }, 4540.0, Moment::Scheduled),
            (Plan { rest: 30.0, now: 4530.0, ..PLAN }, 4560.0, Moment::Resting),
            (Plan { rest: 30.0, now: 9000.0, ..PLAN }, 9030.0, Moment::Resting),
            (Plan { rest: f64::NAN, now: 9000.0, ..PLAN }, 9000.0, Moment::Expired),
        ];
        for (plan, at, moment) in cases {
            assert_eq!(next_refresh(&plan), (at, moment), "{plan:?}");
        }
    }

    #[test]
    fn rests_between_attempts() {
        const FIRST: Attempt = Attempt { failures: 1, retry_after: None, min_interval: 0.0, elapsed: 0.0, random: 0.0 };
        let cases = [
            (Attempt { failures: 0, ..FIRST }, LEAST_INTERVAL),
            (Attempt { failures: 0, min_interval: 5.0, ..FIRST }, 5.0),
            (Attempt { failures: 0, min_interval: 5.0, elapsed: 4.0, ..FIRST }, 1.0),
            (Attempt { failures: 0, min_interval: 5.0, elapsed: -1e9, ..FIRST }, 5.0),
            (Attempt { failures: 0, min_interval: f64::NAN, ..FIRST }, LEAST_INTERVAL),
            (FIRST, 1.0),
            (Attempt { random: 1.0, ..FIRST }, 0.5),
            (Attempt { failures: 2, ..FIRST }, 2.0),
            (Attempt { failures: 5, ..FIRST }, 16.0),
            (Attempt { failures: 6, ..FIRST }, MAX_BACK_OFF),
            (Attempt { failures: u32::MAX, ..FIRST }, MAX_BACK_OFF),
            (Attempt { failures: u32::MAX, random: 1.0, ..FIRST }, MAX_BACK_OFF / 2.0),
            (Attempt { failures: 6, elapsed: 31.0, ..FIRST }, 0.0),
            (Attempt { min_interval: 60.0, ..FIRST }, 60.0),
            (Attempt { retry_after: Some(120.0), ..FIRST }, 120.0),
            (Attempt { retry_after: Some(120.0), random: 1.0, ..FIRST }, 120.5),
            (Attempt { retry_after: Some(120.0), failures: 0, ..FIRST }, 120.0),
            (Attempt { retry_after: Some(0.0), ..FIRST }, 1.0),
            (Attempt { retry_after: Some(-5.0), ..FIRST }, 1.0),
            (Attempt { retry_after: Some(f64::NAN), ..FIRST }, 1.0),
            (Attempt { retry_after: Some(f64::INFINITY), ..FIRST }, MAX_RETRY_AFTER),
        ];
        for (attempt, seconds) in cases {
            assert_eq!(rest(&attempt), seconds, "{attempt:?}");
        }
    }

    #[test]
    fn takes_the_nearest_skew_that_an_answer_leaves_open() {
        const QUICK: Observation = Observation { server: 1000.0, asked: 1000.5, answered: 1000.7 };
        let cases = [
            (0.0, QUICK, 0.0),
            (0.25, QUICK, 0.25),
            (-1.0, QUICK, 1000.0 - 1000.7),
            (1.5, QUICK, 0.5),
            (0.0, Observation { server: 1600.0, asked: 1000.0, answered: 1003.0 }, 599.0),
            (0.0, Observation { server: 400.0, asked: 1000.0, answered: 1003.0 }, -601.0),
            (7.0, Observation { server: f64::NAN, ..QUICK }, 7.0),
            (7.0, Observation { server: f64::INFINITY, ..QUICK }, 7.0),
            // The local clock was set back in between.
            (7.0, Observation { answered: 400.0, ..QUICK }, 7.0),
            (f64::NAN, QUICK, 0.0),
        ];
        for (skew, observation, expected) in cases {
            assert_eq!(measure_skew(skew, &observation), expected, "{skew} {observation:?}");
        }
    }
}
