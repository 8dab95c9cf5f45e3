//! When to ask for the next token: pure arithmetic on times in seconds.

/// By how many seconds before its expiry a token is refreshed, where nothing
/// else is asked for and its lifetime allows it.
pub const DEFAULT_BEFORE: f64 = 60.0;

/// The largest share of its lifetime by which a token is refreshed early.
const MAX_SHARE: f64 = 0.5;

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
}

/// The moment of the next refresh by the local clock, and why. Never before
/// `now`, and after the expiry only when that has passed.
#[must_use]
pub fn next_refresh(plan: &Plan) -> (f64, Moment) {
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
        ];
        for (plan, at, moment) in cases {
            assert_eq!(next_refresh(&plan), (at, moment), "{plan:?}");
        }
    }
}
