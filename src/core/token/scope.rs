//! Scopes (RFC 6749 §3.3): a `scope` or `scp` claim, written as one string with
//! spaces or as an array of strings.

use super::json::{Object, Text, Value};
use alloc::{collections::BinaryHeap, vec, vec::Vec};

/// The scopes of a claims set, in order, without repetition.
#[derive(Clone, Debug, Default)]
pub struct Scopes(Vec<Vec<u8>>);

impl Scopes {
    /// Reads `scope` and `scp`, and `permissions` where asked for. A claim of
    /// another type grants nothing.
    #[must_use]
    pub fn of(claims: &Object<'_>, permissions: bool) -> Self {
        let mut scopes = Self::default();
        let names = ["scope", "scp", "permissions"];
        for name in names.iter().take(if permissions { 3 } else { 2 }) {
            if let Some(value) = claims.get(name) {
                scopes.add_claim(&value);
            }
        }
        // Sorted and not searched: an array of many scopes must not cost their square.
        // The earliest of equal ones comes first, by its place.
        let all = scopes.0;
        let sorted = all.iter().zip(0_usize..).collect::<BinaryHeap<_>>().into_sorted_vec();
        let mut repeated = vec![false; all.len()];
        for ((earlier, _), (later, at)) in sorted.iter().zip(sorted.iter().skip(1)) {
            if earlier == later
                && let Some(repeated) = repeated.get_mut(*at)
            {
                *repeated = true;
            }
        }
        Self(all.into_iter().zip(repeated).filter(|(_, repeated)| !repeated).map(|(scope, _)| scope).collect())
    }

    fn add_claim(&mut self, value: &Value<'_>) {
        if let Some(text) = value.as_text() {
            self.add_text(&text);
        }
        for item in value.items().into_iter().flatten() {
            if let Some(text) = item.as_text() {
                self.add_text(&text);
            }
        }
    }

    fn add_text(&mut self, text: &Text<'_>) {
        let names = text.as_bytes().split(|byte| *byte == b' ').filter(|name| !name.is_empty());
        self.0.extend(names.map(<[u8]>::to_vec));
    }

    /// Whether `scope` was granted; compared exactly.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|granted| granted == scope.as_bytes())
    }

    /// The scopes; one that holds a lone surrogate is left out, as it is no scope.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|scope| ::core::str::from_utf8(scope).ok())
    }
}
