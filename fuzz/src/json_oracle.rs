//! A second opinion on JSON: serde_json reads every value, and the strictness
//! that the design adds (members once, bounded depth) is told apart from syntax.

use jotgate::token::json::{JsonError, Kind, MAX_DEPTH, Object, Value, parse_object};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::HashSet;
use std::fmt;

/// What serde_json finds in a document, whatever its depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// One JSON object in UTF-8, and nothing behind it.
    pub object: bool,
    /// Some object names a member twice.
    pub duplicate: bool,
    /// Some value lies deeper than [`MAX_DEPTH`].
    pub too_deep: bool,
}

/// Reads a document without jotgate.
pub fn finding(document: &[u8]) -> Finding {
    let mut finding = Finding { object: false, duplicate: false, too_deep: false };
    if let Some(raw) = raw(document) {
        finding.object = raw.get().starts_with('{');
        inspect(raw, 1, &mut finding);
    }
    finding
}

/// Asserts that jotgate and serde_json agree on a document: on whether it is
/// acceptable, and then on every value in it.
pub fn assert_agreement(document: &[u8]) {
    let finding = finding(document);
    let read = parse_object(document);
    let shown = || String::from_utf8_lossy(document).into_owned();
    match (&read, finding) {
        (Ok(object), Finding { object: true, duplicate: false, too_deep: false }) => {
            if let Some(raw) = raw(document) {
                same_object(object, raw);
            }
        }
        (Err(JsonError::Syntax), Finding { object: false, .. }) => {}
        // In a document with several faults, which one is met first is open.
        (Err(JsonError::Duplicate), Finding { duplicate: true, .. }) => {}
        (Err(JsonError::Depth), Finding { too_deep: true, .. }) => {}
        (Err(JsonError::Duplicate | JsonError::Depth), Finding { object: false, .. }) => {
            // The rest of the document was not looked at: only its beginning can be at fault.
        }
        _ => panic!("jotgate {:?}, serde_json {finding:?}: {}", read.map(|_| ()), shown()),
    }
}

fn raw(document: &[u8]) -> Option<&RawValue> {
    serde_json::from_str(std::str::from_utf8(document).ok()?).ok()
}

fn inspect(raw: &RawValue, depth: usize, finding: &mut Finding) {
    let first = raw.get().as_bytes().first();
    if !matches!(first, Some(b'{' | b'[')) {
        return;
    }
    if depth > MAX_DEPTH {
        finding.too_deep = true;
        return;
    }
    if first == Some(&b'[') {
        for item in items(raw) {
            inspect(item, depth + 1, finding);
        }
        return;
    }
    let members = members(raw);
    let names: HashSet<&[u8]> = members.iter().map(|(name, _)| name.as_slice()).collect();
    finding.duplicate |= names.len() < members.len();
    for (_, value) in members {
        inspect(value, depth + 1, finding);
    }
}

fn same_object(object: &Object<'_>, raw: &RawValue) {
    let expected = members(raw);
    let members: Vec<_> = object.members().collect();
    assert_eq!(members.len(), expected.len(), "{raw}");
    for ((name, value), (expected_name, expected_value)) in members.into_iter().zip(expected) {
        assert_eq!(name.as_bytes(), expected_name, "{raw}");
        same_value(&value, expected_value);
    }
}

fn same_value(value: &Value<'_>, raw: &RawValue) {
    let text = raw.get();
    match value.kind() {
        Kind::Null => assert_eq!(text, "null"),
        Kind::Bool => assert_eq!(value.as_bool().map(|value| value.to_string()).as_deref(), Some(text)),
        Kind::Number => {
            let (read, expected) = (value.as_f64().unwrap_or(f64::NAN), text.parse::<f64>().unwrap_or(f64::NAN));
            assert!(is_close(read, expected), "{text}: {read}, expected {expected}");
        }
        Kind::String => {
            assert_eq!(value.as_text().map(|text| text.into_bytes().into_owned()), Some(string(raw)), "{text}");
        }
        Kind::Array => {
            let expected = items(raw);
            let items: Vec<_> = value.items().into_iter().flatten().collect();
            assert!(text.starts_with('[') && items.len() == expected.len(), "{text}");
            for (item, expected) in items.iter().zip(expected) {
                same_value(item, expected);
            }
        }
        Kind::Object => match value.as_object() {
            Some(object) => same_object(&object, raw),
            None => panic!("no object: {text}"),
        },
    }
}

/// Equal to 15 significant digits; below the smallest normal double, where
/// digits are lost, to that double.
fn is_close(one: f64, other: f64) -> bool {
    one == other || (one - other).abs() <= other.abs() * 1e-15 + f64::MIN_POSITIVE
}

fn items(raw: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

/// A string in WTF-8, which is how serde_json gives bytes.
struct Wtf8(Vec<u8>);

impl<'de> Deserialize<'de> for Wtf8 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Wtf8;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Wtf8, E> {
                Ok(Wtf8(bytes.to_vec()))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

fn string(raw: &RawValue) -> Vec<u8> {
    serde_json::from_str(raw.get()).map(|Wtf8(bytes)| bytes).unwrap_or_else(|error| panic!("{raw}: {error}"))
}

/// The members in order, their names in WTF-8.
fn members(raw: &RawValue) -> Vec<(Vec<u8>, &RawValue)> {
    struct Members;
    impl<'de> Visitor<'de> for Members {
        type Value = Vec<(Vec<u8>, &'de RawValue)>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some((Wtf8(name), value)) = map.next_entry()? {
                members.push((name, value));
            }
            Ok(members)
        }
    }
    let mut reader = serde_json::Deserializer::from_str(raw.get());
    reader.deserialize_map(Members).unwrap_or_else(|error| panic!("{raw}: {error}"))
}
