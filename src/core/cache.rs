//! Verified tokens, found again by their whole text. Only what passed is kept;
//! what can change with time is checked again on every hit, and an entry dies
//! with the keys.

use super::{
    error::Error,
    key::KeySet,
    verifier::{Verified, Verifier},
};
use alloc::{
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

/// What an entry costs beside its texts: its places in the map and the queue,
/// and the allocations' heads.
const ENTRY_OVERHEAD: usize = 256;

/// A [`Verifier`] that remembers the tokens it accepted, within a bound of memory.
/// The oldest entries go first.
///
/// The whole token is compared, never a digest or a part of it. An ordered map
/// does not need a seed against chosen collisions, and only tokens of your
/// issuers come in.
#[derive(Clone, Debug)]
pub struct CachingVerifier {
    verifier: Verifier,
    max_bytes: usize,
    bytes: usize,
    accepted: BTreeMap<Rc<[u8]>, Verified>,
    oldest_first: VecDeque<Rc<[u8]>>,
}

impl CachingVerifier {
    /// Remembers up to `max_bytes`, entries' overhead counted; 0 remembers nothing.
    #[must_use]
    pub fn new(verifier: Verifier, max_bytes: usize) -> Self {
        Self { verifier, max_bytes, bytes: 0, accepted: BTreeMap::new(), oldest_first: VecDeque::new() }
    }

    /// The verifier behind.
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// As [`Verifier::set_keys`]; forgets all tokens.
    pub fn set_keys(&mut self, issuer: usize, keys: KeySet) {
        self.verifier.set_keys(issuer, keys);
        self.accepted.clear();
        self.oldest_first.clear();
        self.bytes = 0;
    }

    /// As [`Verifier::verify`].
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify`].
    pub fn verify(&mut self, token: impl AsRef<[u8]>, now: f64) -> Result<Verified, Error> {
        let token = token.as_ref();
        if let Some(known) = self.recall(token, now) {
            return known;
        }
        let verified = self.verifier.verify(token, now)?;
        self.remember(token, &verified);
        Ok(verified)
    }

    /// The verdict on a token that was accepted before, its claims checked anew;
    /// `None` for any other.
    pub fn recall(&mut self, token: &[u8], now: f64) -> Option<Result<Verified, Error>> {
        let verified = self.accepted.get(token)?;
        match self.verifier.judge_again(verified, now) {
            Ok(()) => Some(Ok(verified.clone())),
            Err(error) => {
                self.forget(token);
                Some(Err(error))
            }
        }
    }

    /// As [`Verifier::finish`]; remembers a token that passed.
    ///
    /// # Errors
    ///
    /// As [`Verifier::finish`].
    pub fn finish(&mut self, token: &[u8], now: f64, key: Option<usize>) -> Result<Verified, Error> {
        let verified = self.verifier.finish(token, now, key)?;
        self.remember(token, &verified);
        Ok(verified)
    }

    /// How many bytes the entries take, overhead counted.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn remember(&mut self, token: &[u8], verified: &Verified) {
        let cost = cost(token, verified);
        if cost > self.max_bytes || self.accepted.contains_key(token) {
            return;
        }
        while self.bytes.saturating_add(cost) > self.max_bytes {
            let Some(oldest) = self.oldest_first.pop_front() else { break };
            if let Some(gone) = self.accepted.remove(&oldest) {
                self.bytes = self.bytes.saturating_sub(self::cost(&oldest, &gone));
            }
        }
        let token: Rc<[u8]> = token.into();
        self.oldest_first.push_back(Rc::clone(&token));
        self.accepted.insert(token, verified.clone());
        self.bytes = self.bytes.saturating_add(cost);
    }

    fn forget(&mut self, token: &[u8]) {
        if let Some(gone) = self.accepted.remove(token) {
            self.bytes = self.bytes.saturating_sub(cost(token, &gone));
            self.oldest_first.retain(|known| **known != *token);
        }
    }
}

fn cost(token: &[u8], verified: &Verified) -> usize {
    [token.len(), verified.header().len(), verified.payload().len(), ENTRY_OVERHEAD]
        .into_iter()
        .fold(0, usize::saturating_add)
}
