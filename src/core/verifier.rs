//! The verdict: the one path of a token through size, segments, header, key,
//! signature and claims, in this order.

use super::{
    alg::{Alg, Supervisor},
    error::Error,
    key::{Key, KeySet},
    policy::{Issuer, Policy, Profile, Times},
    token::{
        base64url, claims,
        compact::{Compact, check_size},
        header::Header,
        json::Object,
        lanes,
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
    reading: Reading,
    found: Found<'t>,
}

impl Prepared<'_> {
    /// The bytes that the signature covers.
    #[must_use]
    pub fn signing_input(&self) -> &[u8] {
        self.found.signing_input
    }

    /// The decoded protected header.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        &self.reading.header
    }

    /// The decoded signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.reading.signature
    }

    /// The algorithm: allowed, and fit for every candidate.
    #[must_use]
    pub fn alg(&self) -> Alg {
        self.found.alg
    }

    /// The place of the issuer whose keys are the candidates.
    #[must_use]
    pub fn issuer_index(&self) -> usize {
        self.found.issuer
    }

    /// The places, in the issuer's key set, of the keys that fit.
    #[must_use]
    pub fn candidates(&self) -> &[usize] {
        &self.reading.candidates
    }
}

/// A token's segments, decoded, and the keys that fit. One after the other takes the
/// same room, so that reading allocates nothing in the long run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    pub header: Vec<u8>,
    pub payload: Vec<u8>,
    pub signature: Vec<u8>,
    pub candidates: Vec<usize>,
    /// Whether a header was read, and not just found to be that of the memo.
    pub header_is_new: bool,
    memo: Option<Memo>,
}

/// What followed from the last header that led to keys. Most tokens of an issuer have
/// the same header: what is decided by these bytes alone need not be decided again.
#[derive(Clone, Debug)]
struct Memo {
    /// The encoded header.
    segment: Vec<u8>,
    issuer: usize,
    alg: Alg,
    typ: Result<(), Error>,
}

impl Reading {
    /// Forgets what was decided: the keys are others.
    pub fn forget(&mut self) {
        self.memo = None;
    }

    fn decode_payload(&mut self, compact: &Compact<'_>) -> Result<(), Error> {
        base64url::decode_into(compact.payload, &mut self.payload).map_err(|_| Error::PayloadEncoding)
    }

    fn decode_signature(&mut self, compact: &Compact<'_>) -> Result<(), Error> {
        base64url::decode_into(compact.signature, &mut self.signature).map_err(|_| Error::SignatureEncoding)
    }

    fn decode(&mut self, compact: &Compact<'_>) -> Result<(), Error> {
        base64url::decode_into(compact.header, &mut self.header).map_err(|_| Error::HeaderEncoding)?;
        self.decode_payload(compact)?;
        self.decode_signature(compact)
    }
}

/// What is known of a token beside its reading.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'t> {
    pub signing_input: &'t [u8],
    pub issuer: usize,
    alg: Alg,
    /// Whether the header's `typ` is acceptable.
    typ: Result<(), Error>,
}

/// Which key accepted a token, and how long it lasts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accepted {
    pub issuer: usize,
    pub key: usize,
    pub times: Times,
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
        let mut reading = Reading::default();
        let accepted = self.verify_into(&mut reading, token.as_ref(), now, &mut ())?;
        self.verified(&reading, accepted)
    }

    /// Every check with its outcome, for people: safe to log, as it holds nothing
    /// of the token.
    #[must_use]
    pub fn explain(&self, token: impl AsRef<[u8]>, now: f64) -> Vec<(Check, Outcome)> {
        let mut trace: Vec<(Check, Outcome)> = Vec::with_capacity(Check::ALL.len());
        let verdict = self.verify_into(&mut Reading::default(), token.as_ref(), now, &mut trace);
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
        let mut reading = Reading::default();
        let found = self.prepare_into(&mut reading, token, &mut ())?;
        Ok(Prepared { reading, found })
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
        let mut reading = Reading::default();
        let accepted = self.finish_into(&mut reading, token, now, key)?;
        self.verified(&reading, accepted)
    }

    /// Whether a token that passed with these times still does: nothing else of it can
    /// have changed since.
    pub(crate) fn check_times(&self, times: &Times, now: f64) -> Result<(), Error> {
        self.policy.check_times(times, now)
    }

    /// A copy of what was read, for a token that was accepted.
    pub(crate) fn verified(
        &self,
        reading: &Reading,
        Accepted { issuer, key, .. }: Accepted,
    ) -> Result<Verified, Error> {
        let text = |bytes: &[u8]| ::core::str::from_utf8(bytes).map(String::from);
        Ok(Verified {
            header: text(&reading.header).map_err(|_| Error::HeaderJson)?,
            payload: text(&reading.payload).map_err(|_| Error::PayloadJson)?,
            permissions: self.policy.permissions,
            issuer,
            key,
        })
    }

    /// [`Verifier::verify`], which leaves what it read in `reading`.
    pub(crate) fn verify_into(
        &self,
        reading: &mut Reading,
        token: &[u8],
        now: f64,
        observer: &mut dyn Observer,
    ) -> Result<Accepted, Error> {
        let found = self.prepare_into(reading, token, observer)?;
        let key = observer.note(Check::Signature, self.check_signature(reading, &found))?;
        self.judge(reading, &found, key, now, observer)
    }

    /// [`Verifier::finish`], which leaves what it read in `reading`.
    pub(crate) fn finish_into(
        &self,
        reading: &mut Reading,
        token: &[u8],
        now: f64,
        key: Option<usize>,
    ) -> Result<Accepted, Error> {
        let found = self.prepare_into(reading, token, &mut ())?;
        let key = key.filter(|key| reading.candidates.contains(key)).ok_or(Error::SignatureVerificationFailed)?;
        self.judge(reading, &found, key, now, &mut ())
    }

    /// [`Verifier::prepare`], which leaves what it read in `reading`.
    pub(crate) fn prepare_into<'t>(
        &self,
        reading: &mut Reading,
        token: &'t [u8],
        observer: &mut dyn Observer,
    ) -> Result<Found<'t>, Error> {
        let max_size = self.policy.max_token_size;
        observer.note(Check::Size, check_size(token, max_size))?;
        let compact = observer.note(Check::Segments, Compact::split(token, max_size))?;
        if let Some(found) = self.follow(reading, &compact)? {
            return Ok(found);
        }
        reading.forget();
        reading.header_is_new = true;
        observer.note(Check::Encoding, reading.decode(&compact))?;
        let Reading { header, payload, candidates, .. } = reading;
        let header = observer.note(Check::Header, Header::parse(header))?;
        let issuer = self.route(payload);
        let alg = observer.note(Check::Algorithm, self.check_alg(&header, issuer))?;
        observer.note(Check::Critical, header.check_crit(&self.policy.crit))?;
        let kid = header.kid.as_ref().map(|kid| kid.as_bytes());
        let issuer = observer.note(Check::Key, self.select(candidates, issuer, alg, kid, payload))?;
        let typ = self.policy.check_typ(&header);
        if !self.depends_on_payload(issuer) {
            reading.memo = Some(Memo { segment: compact.header.to_vec(), issuer, alg, typ });
        }
        Ok(Found { signing_input: compact.signing_input, issuer, alg, typ })
    }

    /// Goes on with a token whose header is the one of the memo, and is still in the
    /// reading, as the candidates are. `None` for another header, and for a token of
    /// another issuer.
    fn follow<'t>(&self, reading: &mut Reading, compact: &Compact<'t>) -> Result<Option<Found<'t>>, Error> {
        let Some(&Memo { ref segment, issuer, alg, typ }) = reading.memo.as_ref() else { return Ok(None) };
        if !lanes::same(segment, compact.header) {
            return Ok(None);
        }
        reading.decode_payload(compact)?;
        reading.decode_signature(compact)?;
        let found = Found { signing_input: compact.signing_input, issuer, alg, typ };
        Ok((self.route(&reading.payload) == Some(issuer)).then_some(found))
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

    /// Leaves the places of the keys that fit in `candidates`; the issuer's place.
    fn select(
        &self,
        candidates: &mut Vec<usize>,
        issuer: Option<usize>,
        alg: Alg,
        kid: Option<&[u8]>,
        payload: &[u8],
    ) -> Result<usize, Error> {
        let at = issuer.ok_or(Error::NoMatchingKey)?;
        let issuer = self.issuers.get(at).ok_or(Error::KeysNotReady)?;
        let Some(keys) = &issuer.keys else {
            // For a token of nobody known, no keys will come.
            let known = self.named_in(payload).is_some();
            return Err(if known { Error::KeysNotReady } else { Error::NoMatchingKey });
        };
        let most = if self.policy.several_keys { MAX_CANDIDATES } else { 1 };
        let fits = |key: &usize| !self.policy.strict_claims || keys.get(*key).is_some_and(|key| key.is_of(payload));
        candidates.clear();
        candidates.extend(keys.select(alg, kid).filter(fits).take(most.saturating_add(1)));
        match candidates.len() {
            0 => Err(Error::NoMatchingKey),
            count if count > most => Err(Error::MultipleMatchingKeys),
            _ => Ok(at),
        }
    }

    /// Whether another payload with the same header could lead to other keys: some of
    /// the issuer's are bound to issuers of their own.
    fn depends_on_payload(&self, issuer: usize) -> bool {
        self.keys(issuer).is_none_or(|keys| keys.keys().iter().any(Key::is_bound))
    }

    fn check_signature(&self, reading: &Reading, found: &Found<'_>) -> Result<usize, Error> {
        let keys = self.keys(found.issuer).ok_or(Error::KeysNotReady)?;
        let mut failure = Error::SignatureVerificationFailed;
        for at in &reading.candidates {
            match keys.get(*at) {
                Some(key) if key.is_external() => failure = Error::KeyNotExportable,
                Some(key) if key.verify(found.alg, found.signing_input, &reading.signature) => return Ok(*at),
                _ => {}
            }
        }
        Err(failure)
    }

    fn judge(
        &self,
        reading: &Reading,
        found: &Found<'_>,
        key: usize,
        now: f64,
        observer: &mut dyn Observer,
    ) -> Result<Accepted, Error> {
        let claims = observer.note(Check::Payload, claims::parse(&reading.payload))?;
        let issuer = self.issuers.get(found.issuer).ok_or(Error::NoMatchingKey)?;
        let times = self.policy.check(issuer, found.typ, &claims, now, observer)?;
        Ok(Accepted { issuer: found.issuer, key, times })
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
