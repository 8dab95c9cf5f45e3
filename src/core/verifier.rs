//! The verdict: the one path of a token through size, segments, header, key,
//! signature and claims, in this order.

use super::{
    alg::{Alg, Supervisor},
    error::Error,
    key::KeySet,
    policy::{Issuer, Policy, Profile},
    token::{
        base64url, claims,
        compact::{Compact, check_size},
        header::Header,
        json::Object,
        scope::Scopes,
    },
    trace::{Check, Observer, Outcome},
};
use alloc::{string::String, vec::Vec};

/// How many keys of a set are tried for a token that does not say which one.
pub const MAX_CANDIDATES: usize = 8;

/// A policy with issuers and their keys, ready for tokens.
///
/// ```
/// # fn main() -> Result<(), jotgate::Error> {
/// use jotgate::{Issuer, KeySet, Policy, Verifier};
///
/// let keys = KeySet::from_jwks(br#"{"keys":[]}"#)?;
/// let verifier = Verifier::new(Policy::new(), [Issuer::new(["https://issuer.example"], ["https://api.example"], keys)]);
/// let seconds_since_1970 = 1_767_225_600.0;
/// assert!(verifier.verify("not.a.token", seconds_since_1970).is_err());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    policy: Policy,
    issuers: Vec<Issuer>,
    supervisor: Option<Supervisor>,
}

/// A token that passed every check.
#[derive(Clone, Debug)]
pub struct Verified {
    header: String,
    payload: String,
    permissions: bool,
    issuer: usize,
    key: usize,
}

impl Verified {
    /// The protected header, as the JSON text that was signed.
    #[must_use]
    pub fn header(&self) -> &str {
        &self.header
    }

    /// The claims set, as the JSON text that was signed: no member stands in it
    /// twice, so every JSON reader sees the same claims.
    #[must_use]
    pub fn payload(&self) -> &str {
        &self.payload
    }

    /// Both texts, header first.
    #[must_use]
    pub fn into_texts(self) -> (String, String) {
        (self.header, self.payload)
    }

    /// The claims of the outermost object.
    ///
    /// # Errors
    ///
    /// None in practice, as the text was checked before.
    pub fn claims(&self) -> Result<Object<'_>, Error> {
        claims::parse(self.payload.as_bytes())
    }

    /// The scopes granted by `scope` and `scp` (and `permissions`, where the
    /// policy counts it).
    #[must_use]
    pub fn scopes(&self) -> Scopes {
        self.claims().map(|claims| Scopes::of(&claims, self.permissions)).unwrap_or_default()
    }

    /// The place, in the verifier's list, of the issuer whose key verified the token.
    #[must_use]
    pub fn issuer_index(&self) -> usize {
        self.issuer
    }

    /// The place of the key in its set.
    #[must_use]
    pub fn key_index(&self) -> usize {
        self.key
    }
}

/// A token before its signature is checked: what a platform needs to do that
/// itself. Nothing in it is to be trusted.
#[derive(Debug)]
pub struct Prepared<'t> {
    signing_input: &'t [u8],
    header: Vec<u8>,
    payload: Vec<u8>,
    signature: Vec<u8>,
    alg: Alg,
    issuer: usize,
    candidates: Vec<usize>,
}

impl Prepared<'_> {
    /// The bytes that the signature covers.
    #[must_use]
    pub fn signing_input(&self) -> &[u8] {
        self.signing_input
    }

    /// The decoded protected header.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// The decoded signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The algorithm: allowed, and fit for every candidate.
    #[must_use]
    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// The place of the issuer whose keys are the candidates.
    #[must_use]
    pub fn issuer_index(&self) -> usize {
        self.issuer
    }

    /// The places, in the issuer's key set, of the keys that fit.
    #[must_use]
    pub fn candidates(&self) -> &[usize] {
        &self.candidates
    }
}

impl Verifier {
    /// A verifier for tokens of `issuers`, each with keys of its own: a key of
    /// one never verifies a token of another (RFC 8725 §3.8).
    #[must_use]
    pub fn new(policy: Policy, issuers: impl IntoIterator<Item = Issuer>) -> Self {
        Self { policy, issuers: issuers.into_iter().collect(), supervisor: None }
    }

    /// Lets accelerators verify signatures, under supervision. Clones of one supervisor
    /// share tables, and what was found out about the accelerators.
    ///
    /// ```
    /// # use jotgate::{Issuer, Policy, Verifier};
    /// use jotgate::accel::trust::Supervisor;
    ///
    /// let verifier = Verifier::new(Policy::new(), [Issuer::default()]).accelerated(Supervisor::shared().clone());
    /// // … and after some tokens:
    /// if let Some(fault) = Supervisor::shared().take_fault() {
    ///     eprintln!("{} is off: it disagreed with its crate, which was heard", fault.family.name());
    /// }
    /// ```
    #[cfg(feature = "accel")]
    #[must_use]
    pub fn accelerated(mut self, supervisor: Supervisor) -> Self {
        for keys in self.issuers.iter_mut().filter_map(|issuer| issuer.keys.as_mut()) {
            keys.accelerate(&supervisor);
        }
        self.supervisor = Some(supervisor);
        self
    }

    /// Exchanges the keys of the issuer at `issuer`; nothing happens where none is.
    pub fn set_keys(&mut self, issuer: usize, mut keys: KeySet) {
        if let Some(supervisor) = &self.supervisor {
            keys.accelerate(supervisor);
        }
        if let Some(issuer) = self.issuers.get_mut(issuer) {
            issuer.keys = Some(keys);
        }
    }

    /// The keys of the issuer at `issuer`, where there are any.
    #[must_use]
    pub fn keys(&self, issuer: usize) -> Option<&KeySet> {
        self.issuers.get(issuer)?.keys.as_ref()
    }

    /// The place of the issuer that `token` names, whether or not its keys are there:
    /// whose keys to fetch, and that there are none to fetch for a token of nobody
    /// known. Nothing of the token was checked. A sole issuer without a name gets
    /// every token, and so does a sole one where claims are not strict.
    #[must_use]
    pub fn issuer_of(&self, token: impl AsRef<[u8]>) -> Option<usize> {
        let compact = Compact::split(token.as_ref(), self.policy.max_token_size).ok()?;
        self.named_in(&base64url::decode(compact.payload).ok()?)
    }

    /// Whether `token` is genuine, in time, and acceptable. `now` is in seconds
    /// since 1970-01-01T00:00:00Z, fractions allowed.
    ///
    /// # Errors
    ///
    /// The first check that fails. None before the signature's tells anything
    /// about the claims.
    pub fn verify(&self, token: impl AsRef<[u8]>, now: f64) -> Result<Verified, Error> {
        self.verify_observed(token.as_ref(), now, &mut ())
    }

    /// Every check with its outcome, for people: safe to log, as it holds nothing
    /// of the token.
    #[must_use]
    pub fn explain(&self, token: impl AsRef<[u8]>, now: f64) -> Vec<(Check, Outcome)> {
        let mut trace: Vec<(Check, Outcome)> = Vec::with_capacity(Check::ALL.len());
        let verdict = self.verify_observed(token.as_ref(), now, &mut trace);
        let failed = trace.iter().any(|(_, outcome)| matches!(outcome, Outcome::Fail(_)));
        if let (Err(error), false) = (verdict, failed) {
            // The clock failed: it has no check of its own, and no date can be held against it.
            trace.push((Check::Expiry, Outcome::Fail(error)));
        }
        if trace.iter().any(|(_, outcome)| matches!(outcome, Outcome::Fail(_))) {
            for check in Check::ALL {
                if !trace.iter().any(|(reached, _)| reached == check) && self.asks_for(*check) {
                    trace.push((*check, Outcome::NotReached));
                }
            }
        }
        trace
    }

    /// Steps 1 to 4 of a token's way, for a platform that checks the signature itself.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify`].
    pub fn prepare<'t>(&self, token: &'t [u8]) -> Result<Prepared<'t>, Error> {
        self.prepare_observed(token, &mut ())
    }

    /// Step 6, after the platform found that the key at `key` verifies the
    /// signature of `token`, or none of the candidates does. The token is
    /// prepared anew, so that no state is kept between the two calls.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify`]; [`Error::SignatureVerificationFailed`] for a key
    /// that was no candidate.
    pub fn finish(&self, token: &[u8], now: f64, key: Option<usize>) -> Result<Verified, Error> {
        let prepared = self.prepare(token)?;
        let key = key.filter(|key| prepared.candidates.contains(key)).ok_or(Error::SignatureVerificationFailed)?;
        self.judge(prepared, key, now, &mut ())
    }

    /// Holds a token that passed before against the rules once more: the times have
    /// gone on since.
    pub(crate) fn judge_again(&self, verified: &Verified, now: f64) -> Result<(), Error> {
        let header = Header::parse(verified.header.as_bytes())?;
        let issuer = self.issuers.get(verified.issuer).ok_or(Error::NoMatchingKey)?;
        self.policy.check(issuer, &header, &verified.claims()?, now, &mut ())
    }

    fn verify_observed(&self, token: &[u8], now: f64, observer: &mut dyn Observer) -> Result<Verified, Error> {
        let prepared = self.prepare_observed(token, observer)?;
        let key = observer.note(Check::Signature, self.check_signature(&prepared))?;
        self.judge(prepared, key, now, observer)
    }

    fn prepare_observed<'t>(&self, token: &'t [u8], observer: &mut dyn Observer) -> Result<Prepared<'t>, Error> {
        let max_size = self.policy.max_token_size;
        observer.note(Check::Size, check_size(token, max_size))?;
        let compact = observer.note(Check::Segments, Compact::split(token, max_size))?;
        let (header_json, payload, signature) = observer.note(Check::Encoding, decode(&compact))?;
        let header = observer.note(Check::Header, Header::parse(&header_json))?;
        let issuer = self.route(&payload);
        let alg = observer.note(Check::Algorithm, self.check_alg(&header, issuer))?;
        observer.note(Check::Critical, header.check_crit(&self.policy.crit))?;
        let kid = header.kid.as_ref().map(|kid| kid.as_bytes());
        let (issuer, candidates) = observer.note(Check::Key, self.candidates(issuer, alg, kid, &payload))?;
        Ok(Prepared {
            signing_input: compact.signing_input,
            payload,
            signature,
            alg,
            issuer,
            candidates,
            header: header_json,
        })
    }

    /// Which issuer's keys a token is held against. With several issuers the
    /// unverified `iss` chooses; it is checked again once it is verified.
    fn route(&self, payload: &[u8]) -> Option<usize> {
        if self.issuers.len() < 2 { Some(0) } else { self.named_in(payload) }
    }

    fn named_in(&self, payload: &[u8]) -> Option<usize> {
        if let [issuer] = self.issuers.as_slice()
            && (issuer.names.is_empty() || !self.policy.strict_claims)
        {
            return Some(0);
        }
        let claims = claims::parse(payload).ok()?;
        self.issuers.iter().position(|issuer| issuer.is_named(&claims))
    }

    fn check_alg(&self, header: &Header<'_>, issuer: Option<usize>) -> Result<Alg, Error> {
        let alg = header.alg.to_str().and_then(Alg::from_name).ok_or(Error::AlgNotAllowed)?;
        // A token of an unknown issuer ends at the key, whatever the reason.
        let allowed = match issuer {
            Some(issuer) => self.issuers.get(issuer).is_some_and(|issuer| issuer.allows(alg)),
            None => self.issuers.iter().any(|issuer| issuer.allows(alg)),
        };
        if allowed { Ok(alg) } else { Err(Error::AlgNotAllowed) }
    }

    fn candidates(
        &self,
        issuer: Option<usize>,
        alg: Alg,
        kid: Option<&[u8]>,
        payload: &[u8],
    ) -> Result<(usize, Vec<usize>), Error> {
        let at = issuer.ok_or(Error::NoMatchingKey)?;
        let issuer = self.issuers.get(at).ok_or(Error::KeysNotReady)?;
        let Some(keys) = &issuer.keys else {
            // For a token of nobody known, no keys will come.
            let known = self.named_in(payload).is_some();
            return Err(if known { Error::KeysNotReady } else { Error::NoMatchingKey });
        };
        let most = if self.policy.several_keys { MAX_CANDIDATES } else { 1 };
        let fits = |key: &usize| !self.policy.strict_claims || keys.get(*key).is_some_and(|key| key.is_of(payload));
        let candidates: Vec<usize> = keys.select(alg, kid).filter(fits).take(most.saturating_add(1)).collect();
        match candidates.len() {
            0 => Err(Error::NoMatchingKey),
            count if count > most => Err(Error::MultipleMatchingKeys),
            _ => Ok((at, candidates)),
        }
    }

    fn check_signature(&self, prepared: &Prepared<'_>) -> Result<usize, Error> {
        let keys = self.keys(prepared.issuer).ok_or(Error::KeysNotReady)?;
        let mut failure = Error::SignatureVerificationFailed;
        for at in &prepared.candidates {
            match keys.get(*at) {
                Some(key) if key.is_external() => failure = Error::KeyNotExportable,
                Some(key) if key.verify(prepared.alg, prepared.signing_input, &prepared.signature) => return Ok(*at),
                _ => {}
            }
        }
        Err(failure)
    }

    fn judge(
        &self,
        prepared: Prepared<'_>,
        key: usize,
        now: f64,
        observer: &mut dyn Observer,
    ) -> Result<Verified, Error> {
        let header = Header::parse(&prepared.header)?;
        let claims = observer.note(Check::Payload, claims::parse(&prepared.payload))?;
        let issuer = self.issuers.get(prepared.issuer).ok_or(Error::NoMatchingKey)?;
        self.policy.check(issuer, &header, &claims, now, observer)?;
        drop((header, claims));
        Ok(Verified {
            header: String::from_utf8(prepared.header).map_err(|_| Error::HeaderJson)?,
            payload: String::from_utf8(prepared.payload).map_err(|_| Error::PayloadJson)?,
            permissions: self.policy.permissions,
            issuer: prepared.issuer,
            key,
        })
    }

    fn asks_for(&self, check: Check) -> bool {
        let policy = &self.policy;
        match check {
            Check::Issuer => self.issuers.iter().any(|issuer| !issuer.names.is_empty()),
            Check::Audience => self.issuers.iter().any(|issuer| !issuer.audience.is_empty()),
            Check::Typ => policy.typ.is_some() || policy.profile != Profile::Any,
            Check::Subject => policy.subject.is_some(),
            Check::ClaimTypes => policy.strict_claims,
            Check::Required => policy.profile == Profile::AccessToken || !policy.required_claims.is_empty(),
            Check::Age => policy.max_token_age.is_some(),
            Check::Scopes => !policy.required_scopes.is_empty(),
            _ => true,
        }
    }
}

type Decoded = (Vec<u8>, Vec<u8>, Vec<u8>);

fn decode(compact: &Compact<'_>) -> Result<Decoded, Error> {
    Ok((
        base64url::decode(compact.header).map_err(|_| Error::HeaderEncoding)?,
        base64url::decode(compact.payload).map_err(|_| Error::PayloadEncoding)?,
        base64url::decode(compact.signature).map_err(|_| Error::SignatureEncoding)?,
    ))
}
