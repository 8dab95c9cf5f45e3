//! Verified tokens, found again by their whole text. Only what passed is kept, its
//! times are checked again on every hit, and an entry dies with its issuer's keys.

use super::{
    error::Error,
    key::KeySet,
    token::lanes,
    verifier::{Accepted, Reading, Verified, Verifier},
};
use alloc::{
    boxed::Box,
    collections::{BTreeMap, VecDeque},
    vec::Vec,
};

/// What an entry costs beside its texts: its place, its part of the map and of the
/// queue, and the allocations' heads.
const ENTRY_OVERHEAD: usize = 256;

/// A [`Verifier`] that remembers the tokens it accepted, within a bound of memory.
///
/// ```
/// # use jotgate::{CachingVerifier, Issuer, Policy, Verifier};
/// let verifier = Verifier::new(Policy::new(), [Issuer::default()]);
/// let mut verifier = CachingVerifier::new(verifier, 1 << 20);
/// assert!(verifier.verify("not.a.token", 1_767_225_600.0).is_err());
/// assert_eq!(verifier.bytes(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct CachingVerifier<V = Verified> {
    verifier: Verifier,
    reading: Reading,
    tokens: Tokens<V>,
}

impl CachingVerifier {
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
        let accepted = self.verify_in_place(token, now)?;
        self.keep(token, accepted)
    }

    /// The verdict on a token that was accepted before; `None` for any other.
    pub fn recall(&mut self, token: &[u8], now: f64) -> Option<Result<Verified, Error>> {
        let place = match self.find(token, now)? {
            Ok(place) => place,
            Err(error) => return Some(Err(error)),
        };
        self.tokens.get(place).map(|entry| Ok(entry.value.clone()))
    }

    /// As [`Verifier::finish`]; remembers a token that passed.
    ///
    /// # Errors
    ///
    /// As [`Verifier::finish`].
    pub fn finish(&mut self, token: &[u8], now: f64, key: Option<usize>) -> Result<Verified, Error> {
        let accepted = self.finish_in_place(token, now, key)?;
        self.keep(token, accepted)
    }

    fn keep(&mut self, token: &[u8], accepted: Accepted) -> Result<Verified, Error> {
        let verified = self.verifier.verified(&self.reading, accepted)?;
        self.remember(token, accepted, 0, verified.clone());
        Ok(verified)
    }
}

impl<V> CachingVerifier<V> {
    /// Remembers up to `max_bytes`, entries' overhead counted; 0 remembers nothing.
    #[must_use]
    pub fn new(verifier: Verifier, max_bytes: usize) -> Self {
        Self { verifier, reading: Reading::default(), tokens: Tokens::new(max_bytes) }
    }

    /// The verifier behind.
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// As [`Verifier::set_keys`]; forgets the tokens of that issuer.
    pub fn set_keys(&mut self, issuer: usize, keys: KeySet) {
        self.verifier.set_keys(issuer, keys);
        self.reading.forget();
        self.tokens.forget_issuer(issuer);
    }

    /// How many bytes the entries take, overhead counted.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.tokens.bytes
    }

    /// What the last token said.
    #[cfg(all(target_arch = "wasm32", feature = "wasm-verify"))]
    pub(crate) fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Whether a header was read since this was last asked: if not, it is the same.
    #[cfg(all(target_arch = "wasm32", feature = "wasm-verify"))]
    pub(crate) fn take_header_is_new(&mut self) -> bool {
        ::core::mem::take(&mut self.reading.header_is_new)
    }

    pub(crate) fn verify_in_place(&mut self, token: &[u8], now: f64) -> Result<Accepted, Error> {
        self.verifier.verify_into(&mut self.reading, token, now, &mut ())
    }

    #[cfg(all(target_arch = "wasm32", feature = "wasm-verify"))]
    pub(crate) fn prepare_in_place<'t>(&mut self, token: &'t [u8]) -> Result<super::verifier::Found<'t>, Error> {
        self.verifier.prepare_into(&mut self.reading, token, &mut ())
    }

    pub(crate) fn finish_in_place(&mut self, token: &[u8], now: f64, key: Option<usize>) -> Result<Accepted, Error> {
        self.verifier.finish_into(&mut self.reading, token, now, key)
    }

    /// The place of a token that was accepted before and still is.
    pub(crate) fn find(&mut self, token: &[u8], now: f64) -> Option<Result<usize, Error>> {
        let place = self.tokens.find(token)?;
        let entry = self.tokens.get_mut(place)?;
        entry.used = true;
        match self.verifier.check_times(&entry.accepted.times, now) {
            Ok(()) => Some(Ok(place)),
            Err(error) => {
                // Not yet valid, or a clock that errs: neither is for good.
                if matches!(error, Error::Expired | Error::TooOld) {
                    self.tokens.remove(place);
                }
                Some(Err(error))
            }
        }
    }

    /// Keeps the token that was just read and accepted, and counts so many bytes more
    /// than its texts have; its place, if there is room.
    pub(crate) fn remember(&mut self, token: &[u8], accepted: Accepted, more: usize, value: V) -> Option<usize> {
        let texts = self.reading.header.len().saturating_add(self.reading.payload.len());
        self.tokens.insert(token, accepted, texts.saturating_add(more), value)
    }
}

#[derive(Clone, Debug)]
struct Entry<V> {
    token: Box<[u8]>,
    accepted: Accepted,
    cost: usize,
    used: bool,
    value: V,
}

/// The tokens, each at a place that it keeps.
///
/// They are found in an ordered map, which no choice of tokens makes slow: so it
/// needs no seed. Its order is that of the tokens' ends, as the beginnings of an
/// issuer's tokens are all alike. What is found is compared as a whole.
#[derive(Clone, Debug)]
struct Tokens<V> {
    max_bytes: usize,
    bytes: usize,
    places: Vec<Option<Entry<V>>>,
    free: Vec<usize>,
    by_end: BTreeMap<u128, Vec<usize>>,
    /// The places in the order in which they are looked at for what to give up.
    queue: VecDeque<usize>,
}

impl<V> Tokens<V> {
    fn new(max_bytes: usize) -> Self {
        Self {
            max_bytes,
            bytes: 0,
            places: Vec::new(),
            free: Vec::new(),
            by_end: BTreeMap::new(),
            queue: VecDeque::new(),
        }
    }

    fn get(&self, place: usize) -> Option<&Entry<V>> {
        self.places.get(place)?.as_ref()
    }

    fn get_mut(&mut self, place: usize) -> Option<&mut Entry<V>> {
        self.places.get_mut(place)?.as_mut()
    }

    fn find(&self, token: &[u8]) -> Option<usize> {
        let same = |place: &&usize| self.get(**place).is_some_and(|entry| lanes::same(&entry.token, token));
        self.by_end.get(&end_of(token))?.iter().find(same).copied()
    }

    fn insert(&mut self, token: &[u8], accepted: Accepted, texts: usize, value: V) -> Option<usize> {
        let cost = token.len().saturating_add(texts).saturating_add(ENTRY_OVERHEAD);
        if cost > self.max_bytes || self.find(token).is_some() {
            return None;
        }
        while self.bytes.saturating_add(cost) > self.max_bytes && self.give_one_up() {}
        let entry = Some(Entry { token: token.into(), accepted, cost, used: false, value });
        let place = match self.free.pop() {
            Some(place) => {
                *self.places.get_mut(place)? = entry;
                place
            }
            None => {
                self.places.push(entry);
                self.places.len().saturating_sub(1)
            }
        };
        self.by_end.entry(end_of(token)).or_default().push(place);
        self.queue.push_back(place);
        self.bytes = self.bytes.saturating_add(cost);
        Some(place)
    }

    /// Gives up the oldest entry that was not used since it was last looked at.
    fn give_one_up(&mut self) -> bool {
        while let Some(place) = self.queue.pop_front() {
            match self.get_mut(place) {
                Some(entry) if entry.used => {
                    entry.used = false;
                    self.queue.push_back(place);
                }
                Some(_) => {
                    self.take(place);
                    return true;
                }
                None => {}
            }
        }
        false
    }

    fn remove(&mut self, place: usize) {
        self.take(place);
        self.queue.retain(|queued| *queued != place);
    }

    fn forget_issuer(&mut self, issuer: usize) {
        for place in 0..self.places.len() {
            if self.get(place).is_some_and(|entry| entry.accepted.issuer == issuer) {
                self.take(place);
            }
        }
        let places = &self.places;
        self.queue.retain(|place| places.get(*place).is_some_and(Option::is_some));
    }

    /// Empties a place; it may still be in the queue.
    fn take(&mut self, place: usize) {
        let Some(entry) = self.places.get_mut(place).and_then(Option::take) else { return };
        self.bytes = self.bytes.saturating_sub(entry.cost);
        self.free.push(place);
        let end = end_of(&entry.token);
        if let Some(places) = self.by_end.get_mut(&end) {
            places.retain(|other| *other != place);
            if places.is_empty() {
                self.by_end.remove(&end);
            }
        }
    }
}

/// The last sixteen bytes, which are of the signature.
fn end_of(token: &[u8]) -> u128 {
    token.last_chunk().map_or(0, |end| u128::from_le_bytes(*end))
}
