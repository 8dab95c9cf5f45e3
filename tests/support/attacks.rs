//! The attack cases of `tests/vectors`, as Rust can hold them.

use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

/// A row of `attacks.json`; no runner needs all of it.
#[allow(dead_code)]
pub struct Case {
    pub id: String,
    pub expect: String,
    pub prefer: Option<String>,
    pub requires: Vec<String>,
    pub options: Value,
    /// The key set as JSON text, lone surrogates as escapes.
    pub jwks: String,
    /// The text that stands in for a public key where key text is taken.
    pub static_key: Option<String>,
    /// In WTF-8; `None` for a token that is no string.
    pub token: Option<Vec<u8>>,
    /// Names of claims that an accepted result must not have.
    pub absent: Vec<String>,
}

/// The text of a file in `tests/vectors`.
pub fn read(file: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All cases, in the order of the file.
pub fn cases() -> &'static [Case] {
    static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
        let text = guarded(&read("attacks.json"));
        let document: BTreeMap<&str, &RawValue> = serde_json::from_str(&text).unwrap();
        let rows: Vec<BTreeMap<&str, &RawValue>> = serde_json::from_str(document["cases"].get()).unwrap();
        rows.iter().map(case).collect()
    });
    &CASES
}

/// The long tokens with the names of their files.
pub fn big_tokens() -> &'static [(String, Vec<u8>)] {
    static TOKENS: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
        let recipes: Vec<Value> = serde_json::from_str(&read("big.json")).unwrap();
        recipes.iter().map(|recipe| (String::from(recipe["file"].as_str().unwrap()), cooked(recipe))).collect()
    });
    &TOKENS
}

fn case(row: &BTreeMap<&str, &RawValue>) -> Case {
    let value =
        |name: &str| -> Value { row.get(name).map(|raw| serde_json::from_str(raw.get()).unwrap()).unwrap_or_default() };
    let text = |name: &str| value(name).as_str().map(String::from);
    let texts = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().map(|text| String::from(text.as_str().unwrap())).collect()
    };
    let token = match value("token_file").as_str() {
        Some(file) => {
            let big = big_tokens().iter().find(|(name, _)| name == file);
            Some(big.unwrap_or_else(|| panic!("{file}: no recipe")).1.clone())
        }
        None => value("token").as_str().map(wtf8),
    };
    Case {
        id: text("id").unwrap(),
        expect: text("expect").unwrap(),
        prefer: text("prefer"),
        requires: texts(&value("requires")),
        options: value("options"),
        jwks: escaped(row["jwks"].get()),
        static_key: value("static_key")["text"].as_str().map(String::from),
        token,
        absent: texts(&value("post")["absent"]),
    }
}

/// A long token of its recipe, as the README of the vectors tells.
fn cooked(recipe: &Value) -> Vec<u8> {
    if recipe.get("text").is_some() {
        return joined(&recipe["text"]).into_bytes();
    }
    let encoded = |part: &str| jotgate::token::base64url::encode(joined(&recipe[part]).as_bytes());
    format!("{}.{}.{}", encoded("header"), encoded("payload"), joined(&recipe["signature"])).into_bytes()
}

fn joined(pieces: &Value) -> String {
    let mut text = String::new();
    for piece in pieces.as_array().unwrap() {
        match piece.as_str() {
            Some(piece) => text.push_str(piece),
            None => {
                let (repeat, times) = (piece["repeat"].as_str().unwrap(), piece["times"].as_u64().unwrap());
                if repeat.contains('#') {
                    (0..times).for_each(|index| text.push_str(&repeat.replace('#', &index.to_string())));
                } else {
                    text.push_str(&repeat.repeat(usize::try_from(times).unwrap()));
                }
            }
        }
    }
    text
}

/// Where lone surrogates go, which Rust's strings and serde_json cannot hold: the
/// private code point that is this much above.
const GUARD: u32 = 0x10_0000;

/// JSON text with each escape of a lone surrogate exchanged for its guard.
fn guarded(json: &str) -> String {
    let is_guard = |point: char| (GUARD + 0xd800..GUARD + 0xe000).contains(&u32::from(point));
    assert!(!json.contains(is_guard), "the file itself has what stands in for surrogates");
    let unit = |at: usize| -> Option<u32> {
        let escape = json.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(escape, 16).ok()
    };
    let mut out = String::with_capacity(json.len());
    let mut at = 0;
    while let Some(next) = json[at..].find('\\') {
        out.push_str(&json[at..at + next]);
        at += next;
        let (length, lone) = match unit(at) {
            Some(0xd800..0xdc00) if unit(at + 6).is_some_and(|low| (0xdc00..0xe000).contains(&low)) => (12, None),
            Some(lone @ 0xd800..0xe000) => (6, char::from_u32(GUARD + lone)),
            Some(_) => (6, None),
            None => (2, None),
        };
        match lone {
            Some(guard) => out.push(guard),
            None => out.push_str(&json[at..at + length]),
        }
        at += length;
    }
    out.push_str(&json[at..]);
    out
}

fn surrogate(point: char) -> Option<u32> {
    u32::from(point).checked_sub(GUARD).filter(|unit| (0xd800..0xe000).contains(unit))
}

/// The guarded text in WTF-8.
pub fn wtf8(guarded: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(guarded.len());
    for point in guarded.chars() {
        match surrogate(point) {
            Some(unit) => bytes.extend([0xed, 0x80 | (unit >> 6 & 0x3f) as u8, 0x80 | (unit & 0x3f) as u8]),
            None => bytes.extend(point.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    bytes
}

/// Guarded JSON text with the escapes back in their places.
fn escaped(guarded: &str) -> String {
    let mut json = String::with_capacity(guarded.len());
    for point in guarded.chars() {
        match surrogate(point) {
            Some(unit) => json.push_str(&format!("\\u{unit:04x}")),
            None => json.push(point),
        }
    }
    json
}

/// Whether the text holds a lone surrogate.
pub fn has_surrogate(guarded: &str) -> bool {
    guarded.chars().any(|point| surrogate(point).is_some())
}

#[test]
fn lone_surrogates_survive_the_way_through_json() {
    let json = r#"{"a":"\ud800x","b":"\udc00\ud83d\ude00\\ud800","c":"\\\udfff\u0041"}"#;
    let guarded = guarded(json);
    assert_eq!(escaped(&guarded), json);
    let value: Value = serde_json::from_str(&guarded).unwrap();
    assert_eq!(wtf8(value["a"].as_str().unwrap()), b"\xed\xa0\x80x");
    assert_eq!(wtf8(value["b"].as_str().unwrap()), b"\xed\xb0\x80\xf0\x9f\x98\x80\\ud800");
    assert_eq!(wtf8(value["c"].as_str().unwrap()), b"\\\xed\xbf\xbfA");
    assert!(has_surrogate(value["a"].as_str().unwrap()) && !has_surrogate("\u{ffff}"));
}
