//! What is acceptable here: the rules that a token's claims are held against.

use super::{
    alg::Alg,
    error::{Claim, Error, Reason},
    key::KeySet,
    token::{
        claims::{is_one_of, is_text_or_texts, numeric_date},
        compact::DEFAULT_MAX_TOKEN_SIZE,
        header::{Header, same_media_type},
        json::{Kind, Object, Text},
        scope::Scopes,
    },
    trace::{Check, Observer},
};
use alloc::{string::String, vec::Vec};

pub use super::issuer::{IssuerName, IssuerTemplate};

/// Which kind of token is expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// An access token of RFC 9068: `typ` is `at+jwt`, and `iss`, `exp`, `aud`,
    /// `sub`, `client_id`, `iat` and `jti` are required.
    AccessToken,
    /// A JWT that does not declare itself to be something else: `typ` is absent,
    /// `JWT` or `at+jwt` (RFC 8725 §3.11).
    #[default]
    Jwt,
    /// Any `typ`.
    Any,
}

/// An issuer with its keys, and what its tokens are accepted for.
#[derive(Clone, Debug, Default)]
pub struct Issuer {
    pub(crate) names: Vec<IssuerName>,
    pub(crate) audience: Vec<String>,
    pub(crate) algorithms: Option<Vec<Alg>>,
    pub(crate) keys: Option<KeySet>,
}

impl Issuer {
    /// An issuer whose tokens carry one of the names in `issuer` as `iss` and
    /// one of those in `audience` as `aud`. An empty list is not checked.
    ///
    /// A text is one exact name; an [`IssuerTemplate`] stands for many.
    pub fn new<I, A>(issuer: I, audience: A, keys: KeySet) -> Self
    where
        I: IntoIterator<Item: Into<IssuerName>>,
        A: IntoIterator<Item: Into<String>>,
    {
        Self { keys: Some(keys), ..Self::without_keys(issuer, audience) }
    }

    /// As [`Issuer::new`], for keys that come later by [`Verifier::set_keys`].
    ///
    /// [`Verifier::set_keys`]: crate::Verifier::set_keys
    pub fn without_keys<I, A>(issuer: I, audience: A) -> Self
    where
        I: IntoIterator<Item: Into<IssuerName>>,
        A: IntoIterator<Item: Into<String>>,
    {
        Self {
            names: issuer.into_iter().map(Into::into).collect(),
            audience: audience.into_iter().map(Into::into).collect(),
            algorithms: None,
            keys: None,
        }
    }

    /// Accepts just these algorithms. Otherwise the asymmetric ones are accepted;
    /// HMAC is only ever accepted when named here (RFC 8725 §3.1).
    #[must_use]
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Alg>) -> Self {
        self.algorithms = Some(algorithms.into_iter().collect());
        self
    }

    pub(crate) fn allows(&self, alg: Alg) -> bool {
        match &self.algorithms {
            Some(algorithms) => algorithms.contains(&alg),
            None => !alg.is_symmetric(),
        }
    }

    /// Whether a token with these claims would come from here.
    pub(crate) fn is_named(&self, claims: &Object<'_>) -> bool {
        let iss = claims.get("iss").and_then(|iss| iss.as_text());
        iss.is_some_and(|iss| self.names.iter().any(|name| name.names(&iss, claims)))
    }
}

/// A token's dates, in seconds (RFC 7519 §4.1.4 to §4.1.6).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    expires_at: Option<f64>,
    not_before: Option<f64>,
    issued_at: Option<f64>,
}

/// The rules that hold for all issuers.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(crate) profile: Profile,
    pub(crate) typ: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) required_claims: Vec<String>,
    pub(crate) required_scopes: Vec<String>,
    pub(crate) permissions: bool,
    pub(crate) max_token_age: Option<f64>,
    pub(crate) clock_tolerance: f64,
    pub(crate) max_token_size: usize,
    pub(crate) crit: Vec<String>,
    pub(crate) strict_claims: bool,
    pub(crate) several_keys: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self::new()
    }
}

impl Policy {
    /// The strict defaults: `exp` required, registered claims well typed, no
    /// tolerance, at most 16 384 bytes.
    #[must_use]
    pub fn new() -> Self {
        Self {
            profile: Profile::Jwt,
            typ: None,
            subject: None,
            required_claims: Vec::new(),
            required_scopes: Vec::new(),
            permissions: false,
            max_token_age: None,
            clock_tolerance: 0.0,
            max_token_size: DEFAULT_MAX_TOKEN_SIZE,
            crit: Vec::new(),
            strict_claims: true,
            several_keys: true,
        }
    }

    /// Which kind of token is expected.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// The one media type that is accepted as `typ` (RFC 7515 §4.1.9), whatever
    /// the profile says.
    #[must_use]
    pub fn typ(mut self, typ: impl Into<String>) -> Self {
        self.typ = Some(typ.into());
        self
    }

    /// The one `sub` that is accepted.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Claims that have to be there, and not be `null`, besides those of the profile.
    #[must_use]
    pub fn required_claims(mut self, claims: impl IntoIterator<Item: Into<String>>) -> Self {
        self.required_claims = claims.into_iter().map(Into::into).collect();
        self
    }

    /// Scopes that all have to be granted.
    #[must_use]
    pub fn required_scopes(mut self, scopes: impl IntoIterator<Item: Into<String>>) -> Self {
        self.required_scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Whether an array claim `permissions` grants scopes as well.
    #[must_use]
    pub fn permissions(mut self, counted: bool) -> Self {
        self.permissions = counted;
        self
    }

    /// How many seconds ago the token may have been issued; makes `iat` required
    /// and refuses one in the future. What is no duration refuses every token.
    #[must_use]
    pub fn max_token_age(mut self, seconds: f64) -> Self {
        self.max_token_age = Some(seconds);
        self
    }

    /// By how many seconds the clocks may differ. What is no duration counts as 0.
    #[must_use]
    pub fn clock_tolerance(mut self, seconds: f64) -> Self {
        self.clock_tolerance = if seconds.is_finite() && seconds >= 0.0 { seconds } else { 0.0 };
        self
    }

    /// How many bytes a token may have.
    #[must_use]
    pub fn max_token_size(mut self, bytes: usize) -> Self {
        self.max_token_size = bytes;
        self
    }

    /// The names of extensions in `crit` that the application takes care of.
    #[must_use]
    pub fn crit(mut self, understood: impl IntoIterator<Item: Into<String>>) -> Self {
        self.crit = understood.into_iter().map(Into::into).collect();
        self
    }

    /// Whether `exp` is required, registered claims must have their types, and a
    /// key that names its issuer verifies no token of another. Off, `exp` is checked
    /// when present, as the jose library does it.
    #[must_use]
    pub fn strict_claims(mut self, strict: bool) -> Self {
        self.strict_claims = strict;
        self
    }

    /// Whether several matching keys are tried in turn, or refused as ambiguous.
    #[must_use]
    pub fn several_keys(mut self, tried: bool) -> Self {
        self.several_keys = tried;
        self
    }

    /// Step 6 of a token's way: the verified claims against the rules. `now` is
    /// in seconds since 1970-01-01T00:00:00Z.
    pub(crate) fn check(
        &self,
        issuer: &Issuer,
        typ: Result<(), Error>,
        claims: &Object<'_>,
        now: f64,
        observer: &mut dyn Observer,
    ) -> Result<Times, Error> {
        let times = self.check_dates(claims, now, observer)?;
        if !issuer.names.is_empty() {
            observer.note(Check::Issuer, check_issuer(issuer, claims))?;
        }
        if !issuer.audience.is_empty() {
            observer.note(Check::Audience, check_audience(issuer, claims))?;
        }
        if self.typ.is_some() || self.profile != Profile::Any {
            observer.note(Check::Typ, typ)?;
        }
        if let Some(subject) = &self.subject {
            observer.note(Check::Subject, check_subject(subject, claims))?;
        }
        if self.strict_claims {
            observer.note(Check::ClaimTypes, check_types(claims))?;
        }
        if self.profile == Profile::AccessToken || !self.required_claims.is_empty() {
            observer.note(Check::Required, self.check_required(claims))?;
        }
        if self.max_token_age.is_some() {
            observer.note(Check::Age, self.check_age(&times, now))?;
        }
        if !self.required_scopes.is_empty() {
            observer.note(Check::Scopes, self.check_scopes(claims))?;
        }
        Ok(times)
    }

    /// Holds the times of a token that passed before against another moment.
    pub(crate) fn check_times(&self, times: &Times, now: f64) -> Result<(), Error> {
        if !now.is_finite() {
            return Err(Error::ClockInvalid);
        }
        self.check_expiry(times, now)?;
        self.check_not_before(times, now)?;
        self.check_age(times, now)
    }

    /// Each date is read when its check comes, so that the first check that fails is the one that is told.
    fn check_dates(&self, claims: &Object<'_>, now: f64, observer: &mut dyn Observer) -> Result<Times, Error> {
        if !now.is_finite() {
            return Err(Error::ClockInvalid);
        }
        let mut times = Times::default();
        let expiry = numeric_date(claims, Claim::Exp).and_then(|date| {
            times.expires_at = date;
            self.check_expiry(&times, now)
        });
        observer.note(Check::Expiry, expiry)?;
        let start = numeric_date(claims, Claim::Nbf).and_then(|date| {
            times.not_before = date;
            self.check_not_before(&times, now)
        });
        observer.note(Check::NotBefore, start)?;
        times.issued_at = observer.note(Check::IssuedAt, numeric_date(claims, Claim::Iat))?;
        Ok(times)
    }

    fn check_expiry(&self, times: &Times, now: f64) -> Result<(), Error> {
        match times.expires_at {
            // RFC 7519 §4.1.4: not accepted "on or after" this time.
            Some(expiry) if expiry > now - self.clock_tolerance => Ok(()),
            Some(_) => Err(Error::Expired),
            None if self.strict_claims => Err(Error::Claim(Claim::Exp, Reason::Missing)),
            None => Ok(()),
        }
    }

    fn check_not_before(&self, times: &Times, now: f64) -> Result<(), Error> {
        match times.not_before {
            Some(start) if start > now + self.clock_tolerance => Err(Error::Claim(Claim::Nbf, Reason::CheckFailed)),
            _ => Ok(()),
        }
    }

    pub(crate) fn check_typ(&self, header: &Header<'_>) -> Result<(), Error> {
        let is = |expected: &str| {
            header.typ.as_ref().and_then(Text::to_str).is_some_and(|typ| same_media_type(typ, expected))
        };
        let missing = Error::Claim(Claim::Typ, Reason::Missing);
        let accepted = match (&self.typ, self.profile) {
            (Some(_), _) | (None, Profile::AccessToken) if header.typ.is_none() => return Err(missing),
            (Some(typ), _) => is(typ),
            (None, Profile::AccessToken) => is("at+jwt"),
            (None, Profile::Jwt) => header.typ.is_none() || is("JWT") || is("at+jwt"),
            (None, Profile::Any) => true,
        };
        if accepted { Ok(()) } else { Err(Error::Claim(Claim::Typ, Reason::CheckFailed)) }
    }

    fn check_required(&self, claims: &Object<'_>) -> Result<(), Error> {
        let there = |name: &str| claims.get(name).is_some_and(|value| value.kind() != Kind::Null);
        if self.profile == Profile::AccessToken {
            // RFC 9068 §2.2.
            let profile = [Claim::Iss, Claim::Exp, Claim::Aud, Claim::Sub, Claim::ClientId, Claim::Iat, Claim::Jti];
            if let Some(claim) = profile.into_iter().find(|claim| !there(claim.name())) {
                return Err(Error::Claim(claim, Reason::Missing));
            }
        }
        match self.required_claims.iter().position(|name| !there(name)) {
            Some(at) => Err(Error::Claim(Claim::Required(u8::try_from(at).unwrap_or(u8::MAX)), Reason::Missing)),
            None => Ok(()),
        }
    }

    fn check_age(&self, times: &Times, now: f64) -> Result<(), Error> {
        let Some(limit) = self.max_token_age else { return Ok(()) };
        let issued = times.issued_at.ok_or(Error::Claim(Claim::Iat, Reason::Missing))?;
        let age = now - issued;
        if age < -self.clock_tolerance {
            return Err(Error::Claim(Claim::Iat, Reason::CheckFailed));
        }
        // A limit that is not a number refuses.
        if limit >= 0.0 && age - self.clock_tolerance <= limit { Ok(()) } else { Err(Error::TooOld) }
    }

    fn check_scopes(&self, claims: &Object<'_>) -> Result<(), Error> {
        let scopes = Scopes::of(claims, self.permissions);
        if self.required_scopes.iter().all(|scope| scopes.contains(scope)) {
            Ok(())
        } else {
            Err(Error::InsufficientScope)
        }
    }
}

fn check_issuer(issuer: &Issuer, claims: &Object<'_>) -> Result<(), Error> {
    claims.get("iss").ok_or(Error::Claim(Claim::Iss, Reason::Missing))?;
    if issuer.is_named(claims) { Ok(()) } else { Err(Error::Claim(Claim::Iss, Reason::CheckFailed)) }
}

fn check_audience(issuer: &Issuer, claims: &Object<'_>) -> Result<(), Error> {
    let value = claims.get("aud").ok_or(Error::Claim(Claim::Aud, Reason::Missing))?;
    // RFC 7519 §4.1.3: an array of strings or one string; a mixed array is neither.
    let accepted = is_text_or_texts(&value)
        && (is_one_of(&value, &issuer.audience)
            || value.items().is_some_and(|mut items| items.any(|item| is_one_of(&item, &issuer.audience))));
    if accepted { Ok(()) } else { Err(Error::Claim(Claim::Aud, Reason::CheckFailed)) }
}

fn check_subject(subject: &str, claims: &Object<'_>) -> Result<(), Error> {
    let value = claims.get("sub").ok_or(Error::Claim(Claim::Sub, Reason::Missing))?;
    if is_one_of(&value, &[subject]) { Ok(()) } else { Err(Error::Claim(Claim::Sub, Reason::CheckFailed)) }
}

fn check_types(claims: &Object<'_>) -> Result<(), Error> {
    for claim in [Claim::Iss, Claim::Sub, Claim::Jti, Claim::ClientId] {
        if claims.get(claim.name()).is_some_and(|value| !matches!(value.kind(), Kind::String | Kind::Null)) {
            return Err(Error::Claim(claim, Reason::Invalid));
        }
    }
    if claims.get("aud").is_some_and(|value| !is_text_or_texts(&value)) {
        return Err(Error::Claim(Claim::Aud, Reason::Invalid));
    }
    Ok(())
}
