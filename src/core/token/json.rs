//! Strict JSON (RFC 8259) in one pass over bytes, without a tree.
//!
//! [`parse_object`] checks the whole document: UTF-8, grammar, no trailing
//! bytes, bounded depth, and no member named twice in any object. It keeps only
//! the members of the outermost object, as slices of the input; nested values
//! are read from their slice when asked for. Nothing recurses.

use super::lanes::Specials;
use alloc::{borrow::Cow, collections::BinaryHeap, vec::Vec};
use smallvec::SmallVec;

/// How deeply arrays and objects may be nested, the outermost object included.
pub const MAX_DEPTH: usize = 128;

/// Why a document is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonError {
    /// Not UTF-8, not JSON, not an object, or followed by more bytes.
    Syntax,
    /// An object names a member twice (after escapes are read).
    Duplicate,
    /// Nested deeper than [`MAX_DEPTH`].
    Depth,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// A string as its code points in WTF-8: UTF-8, but a lone surrogate escape is
/// kept as three bytes of its own, so that two different strings never compare
/// equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text<'a>(Cow<'a, [u8]>);

impl<'a> Text<'a> {
    /// The WTF-8 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The WTF-8 bytes, owned or borrowed from the document.
    #[must_use]
    pub fn into_bytes(self) -> Cow<'a, [u8]> {
        self.0
    }

    /// The text, unless it holds a lone surrogate.
    #[must_use]
    pub fn to_str(&self) -> Option<&str> {
        ::core::str::from_utf8(&self.0).ok()
    }

    /// Whether this is exactly `other`: no normalisation, no case folding
    /// (RFC 7515 §5.3).
    #[must_use]
    pub fn eq_str(&self, other: &str) -> bool {
        *self.0 == *other.as_bytes()
    }
}

/// A value of a document that was found to be strict JSON.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    raw: &'a [u8],
}

impl<'a> Value<'a> {
    /// The value's type.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.raw.first() {
            Some(b'"') => Kind::String,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b't' | b'f') => Kind::Bool,
            _ => Kind::Null,
        }
    }

    /// The string's text, or `None` for another type.
    #[must_use]
    pub fn as_text(&self) -> Option<Text<'a>> {
        match self.raw {
            [b'"', inner @ .., b'"'] => Some(unescape(inner)),
            _ => None,
        }
    }

    /// `true` or `false`, or `None` for another type.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind() {
            Kind::Bool => Some(self.raw == b"true"),
            _ => None,
        }
    }

    /// The number as a double, infinite where it is too large for one, or `None`
    /// for another type. Exact up to 15 significant digits, which no date of a
    /// token exceeds; above that within a few units in the last place.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self.kind() {
            Kind::Number => Some(number(self.raw)),
            _ => None,
        }
    }

    /// The array's items, or `None` for another type.
    #[must_use]
    pub fn items(&self) -> Option<Items<'a>> {
        match self.kind() {
            Kind::Array => Some(Items { rest: self.raw.get(1..).unwrap_or_default() }),
            _ => None,
        }
    }

    /// The object's members, or `None` for another type.
    #[must_use]
    pub fn as_object(&self) -> Option<Object<'a>> {
        match self.kind() {
            Kind::Object => parse_object(self.raw).ok(),
            _ => None,
        }
    }
}

/// The items of an array, in order.
#[derive(Clone, Debug)]
pub struct Items<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        // The document was checked, so commas stand only between items.
        let start = self.rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b','))?;
        let from = self.rest.get(start..)?;
        // It ends where the array does.
        if from.first() == Some(&b']') {
            return None;
        }
        let (raw, rest) = from.split_at_checked(checked_length(from))?;
        self.rest = rest;
        Some(Value { raw })
    }
}

/// The length of the value that a checked document has at the start of `from`.
fn checked_length(from: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (at, byte) in from.iter().enumerate() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    in_string = false;
                    if depth == 0 {
                        return at.saturating_add(1);
                    }
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' => depth = depth.saturating_add(1),
            b']' | b'}' if depth > 0 => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at.saturating_add(1);
                }
            }
            b',' | b' ' | b'\t' | b'\n' | b'\r' | b']' | b'}' if depth == 0 => return at,
            _ => {}
        }
    }
    from.len()
}

/// The members of an object, each name there once.
#[derive(Clone, Debug)]
pub struct Object<'a> {
    members: Members<'a>,
}

/// So many members as tokens have take no allocation.
type Members<'a> = SmallVec<[Member<'a>; 24]>;

#[derive(Clone, Copy, Debug)]
struct Member<'a> {
    name: Inner<'a>,
    print: u32,
    value: Value<'a>,
}

impl<'a> Object<'a> {
    /// The value of the member named exactly `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        let print = fingerprint(name.as_bytes());
        let named = |member: &&Member<'_>| member.print == print && member.name.reads(name.as_bytes());
        self.members.iter().find(named).map(|member| member.value)
    }

    /// The members in the order of the document.
    pub fn members(&self) -> impl Iterator<Item = (Text<'a>, Value<'a>)> {
        self.members.iter().map(|member| (member.name.read(), member.value))
    }
}

/// What stands between the quotes of a string.
#[derive(Clone, Copy, Debug)]
struct Inner<'a> {
    text: &'a [u8],
    escaped: bool,
}

impl<'a> Inner<'a> {
    fn read(&self) -> Text<'a> {
        if self.escaped { unescape(self.text) } else { Text(Cow::Borrowed(self.text)) }
    }

    fn reads(&self, text: &[u8]) -> bool {
        if self.escaped { unescape(self.text).as_bytes() == text } else { self.text == text }
    }

    fn print(&self) -> u32 {
        if self.escaped { fingerprint(unescape(self.text).as_bytes()) } else { fingerprint(self.text) }
    }
}

/// Checks that `text` is one strict JSON object and gives its members.
///
/// # Errors
///
/// [`JsonError`], for the whole document: nested values are checked as well.
#[inline]
pub fn parse_object(text: &[u8]) -> Result<Object<'_>, JsonError> {
    // Written in place: to move so many members costs as much as to find some.
    let mut object = Object { members: Members::new() };
    read_members(text, &mut object.members)?;
    Ok(object)
}

/// An open array or object.
#[derive(Clone, Copy)]
enum Open {
    Array,
    /// The place in the list of members where this object's begin.
    Object(usize),
}

/// Behind the members of the outermost object in the list come, while they are open,
/// those of the ones inside.
#[inline(never)]
fn read_members<'a>(text: &'a [u8], members: &mut Members<'a>) -> Result<(), JsonError> {
    ::core::str::from_utf8(text).map_err(|_| JsonError::Syntax)?;
    let mut scanner = Scanner { text, at: 0, specials: Specials::new() };
    // What the place is in, and what is around that, outermost first.
    let mut inside = None;
    let mut around: SmallVec<[Option<Open>; 8]> = SmallVec::new();
    // The length of `around`, which is asked for at every value.
    let mut depth = 0_usize;
    let mut top_start = 0;

    scanner.space();
    if scanner.peek() != Some(b'{') {
        return Err(JsonError::Syntax);
    }
    loop {
        if let Some(Open::Object(_)) = inside {
            let start = scanner.at;
            let escaped = scanner.string()?;
            let name = Inner { text: inner(scanner.passed_since(start)), escaped };
            scanner.space();
            scanner.take(b':')?;
            scanner.space();
            members.push(Member { name, print: name.print(), value: Value { raw: &[] } });
        }
        if depth == 1 {
            top_start = scanner.at;
        }
        match scanner.peek() {
            Some(b'"') => {
                scanner.string()?;
            }
            Some(b'-' | b'0'..=b'9') => scanner.number()?,
            Some(bracket @ (b'{' | b'[')) => {
                if depth >= MAX_DEPTH {
                    return Err(JsonError::Depth);
                }
                scanner.skip();
                scanner.space();
                around.push(inside);
                depth = depth.wrapping_add(1);
                let (open, end) = match bracket {
                    b'{' => (Open::Object(members.len()), b'}'),
                    _ => (Open::Array, b']'),
                };
                inside = Some(open);
                if scanner.peek() != Some(end) {
                    continue;
                }
            }
            Some(b't') => scanner.literal(b"true")?,
            Some(b'f') => scanner.literal(b"false")?,
            Some(b'n') => scanner.literal(b"null")?,
            _ => return Err(JsonError::Syntax),
        }
        // Behind a value, or before the end of an empty one.
        loop {
            if depth == 1
                && let Some(member) = members.last_mut()
            {
                member.value = Value { raw: scanner.passed_since(top_start) };
            }
            scanner.space();
            match (inside, scanner.peek()) {
                (None, None) => return Ok(()),
                (Some(_), Some(b',')) => {
                    scanner.skip();
                    scanner.space();
                    break;
                }
                (Some(Open::Array), Some(b']')) => {}
                (Some(Open::Object(from)), Some(b'}')) => {
                    if repeats(members.get(from..).unwrap_or_default()) {
                        return Err(JsonError::Duplicate);
                    }
                    if depth > 1 {
                        members.truncate(from);
                    }
                }
                _ => return Err(JsonError::Syntax),
            }
            scanner.skip();
            inside = around.pop().flatten();
            depth = depth.wrapping_sub(1);
        }
    }
}

/// How many names may be compared with all earlier ones before sorting is cheaper.
const MAX_DOUBTFUL: usize = 8;

/// Whether two of the members have the same name. Most are told apart by a bit of
/// their own; where too many are not, all are sorted, so that no choice of names makes
/// this quadratic.
fn repeats(members: &[Member<'_>]) -> bool {
    let mut seen = [0_u64; 4];
    let mut doubtful = 0;
    for (at, member) in members.iter().enumerate() {
        let Some(word) = seen.get_mut((member.print >> 30) as usize) else { return true };
        let bit = 1 << (member.print >> 24 & 63);
        if *word & bit == 0 {
            *word |= bit;
            continue;
        }
        doubtful += 1;
        if doubtful > MAX_DOUBTFUL {
            return any_twice(members.iter().map(|member| member.name.read()));
        }
        let name = member.name.read();
        let same = |earlier: &Member<'_>| earlier.print == member.print && earlier.name.reads(name.as_bytes());
        if members.iter().take(at).any(same) {
            return true;
        }
    }
    false
}

/// Whether two of the texts are the same. Sorted by a heap, as `sort` is 1 kB gzipped.
pub(crate) fn any_twice<'a>(texts: impl Iterator<Item = Text<'a>>) -> bool {
    let sorted = texts.collect::<BinaryHeap<_>>().into_sorted_vec();
    sorted.iter().zip(sorted.iter().skip(1)).any(|(one, next)| one == next)
}

/// The same for the same names, and for hardly any others that stand together. The
/// highest bits depend on all that is looked at.
fn fingerprint(name: &[u8]) -> u32 {
    let at = |place: usize| u32::from(name.get(place).copied().unwrap_or_default());
    let ends = at(0) | at(name.len() >> 1) << 8 | at(name.len().wrapping_sub(1)) << 16 | (name.len() as u32) << 24;
    ends.wrapping_mul(0x9e37_79b1)
}

/// What stands between the quotes.
fn inner(string: &[u8]) -> &[u8] {
    string.get(1..string.len().wrapping_sub(1)).unwrap_or_default()
}

/// A place in the document. Given to functions by value, it stays in registers.
#[derive(Clone, Copy)]
struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    specials: Specials,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip(&mut self) {
        self.at = self.at.wrapping_add(1);
    }

    #[inline(always)]
    fn take(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.peek() != Some(byte) {
            return Err(JsonError::Syntax);
        }
        self.skip();
        Ok(())
    }

    fn passed_since(&self, start: usize) -> &'a [u8] {
        self.text.get(start..self.at).unwrap_or_default()
    }

    #[inline(always)]
    fn space(&mut self) {
        // Hardly ever there, and told by one comparison where it is not.
        while let Some(byte @ ..=b' ') = self.peek()
            && matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
        {
            self.skip();
        }
    }

    #[inline(always)]
    fn literal(&mut self, word: &[u8]) -> Result<(), JsonError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word) {
            return Err(JsonError::Syntax);
        }
        self.at = self.at.wrapping_add(word.len());
        Ok(())
    }

    #[inline(always)]
    fn plain(&mut self) {
        let plain = self.specials.plain_length(self.text.get(self.at..).unwrap_or_default());
        self.at = self.at.wrapping_add(plain);
    }

    /// Passes a string; whether it has escapes.
    #[inline(always)]
    fn string(&mut self) -> Result<bool, JsonError> {
        self.take(b'"')?;
        self.plain();
        let escaped = self.peek() != Some(b'"');
        if escaped {
            self.at = self.behind_escapes()?;
        }
        self.skip();
        Ok(escaped)
    }

    /// The place of the quote at the end of a string, from an escape in it.
    #[inline(never)]
    fn behind_escapes(mut self) -> Result<usize, JsonError> {
        while self.peek() != Some(b'"') {
            self.take(b'\\')?;
            let kind = self.peek();
            self.skip();
            match kind {
                Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {}
                Some(b'u') => {
                    for _ in 0..4 {
                        if !self.peek().is_some_and(|digit| digit.is_ascii_hexdigit()) {
                            return Err(JsonError::Syntax);
                        }
                        self.skip();
                    }
                }
                _ => return Err(JsonError::Syntax),
            }
            self.plain();
        }
        Ok(self.at)
    }

    #[inline(always)]
    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while self.peek().is_some_and(|digit| digit.is_ascii_digit()) {
            self.skip();
        }
        if self.at == start { Err(JsonError::Syntax) } else { Ok(()) }
    }

    #[inline(always)]
    fn number(&mut self) -> Result<(), JsonError> {
        if self.peek() == Some(b'-') {
            self.skip();
        }
        if self.peek() == Some(b'0') {
            self.skip();
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.skip();
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.skip();
            if let Some(b'+' | b'-') = self.peek() {
                self.skip();
            }
            self.digits()?;
        }
        Ok(())
    }
}

/// Reads the escapes of what stands between the quotes of a checked string.
fn unescape(inner: &[u8]) -> Text<'_> {
    if !inner.contains(&b'\\') {
        return Text(Cow::Borrowed(inner));
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'b') => out.push(0x08),
            Some(b'f') => out.push(0x0c),
            Some(b'n') => out.push(b'\n'),
            Some(b'r') => out.push(b'\r'),
            Some(b't') => out.push(b'\t'),
            Some(b'u') => {
                let mut unit = hex4(&mut bytes);
                if (0xd800..0xdc00).contains(&unit) {
                    // Only a low surrogate right behind makes a pair (RFC 8259 §7).
                    let mut ahead = bytes.clone();
                    if ahead.next() == Some(b'\\') && ahead.next() == Some(b'u') {
                        let low = hex4(&mut ahead);
                        if (0xdc00..0xe000).contains(&low) {
                            unit = 0x1_0000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
                            bytes = ahead;
                        }
                    }
                }
                push_code_point(&mut out, unit);
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    Text(Cow::Owned(out))
}

fn hex4(bytes: &mut impl Iterator<Item = u8>) -> u32 {
    bytes.take(4).fold(0, |value, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            _ => (digit | 0x20).wrapping_sub(b'a').wrapping_add(10),
        };
        (value << 4) | u32::from(digit & 0xf)
    })
}

/// UTF-8, generalised to surrogates.
fn push_code_point(out: &mut Vec<u8>, point: u32) {
    let tail = |shift: u32| 0x80 | ((point >> shift) & 0x3f) as u8;
    match point {
        0..0x80 => out.push(point as u8),
        0x80..0x800 => out.extend([0xc0 | (point >> 6) as u8, tail(0)]),
        0x800..0x1_0000 => out.extend([0xe0 | (point >> 12) as u8, tail(6), tail(0)]),
        _ => out.extend([0xf0 | (point >> 18) as u8, tail(12), tail(6), tail(0)]),
    }
}

/// A checked number as a double. `str::parse` would be exact to the last place
/// and cost 15 kB of WebAssembly.
fn number(raw: &[u8]) -> f64 {
    let (negative, raw) = match raw {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, raw),
    };
    let mut digits: u64 = 0;
    let mut scale: i32 = 0;
    let mut fraction = false;
    let mut rest = raw.iter();
    for byte in rest.by_ref() {
        match byte {
            b'0'..=b'9' => {
                let digit = u64::from(byte - b'0');
                if digits < 1_000_000_000_000_000_000 {
                    digits = digits * 10 + digit;
                    scale = scale.saturating_sub(i32::from(fraction));
                } else {
                    scale = scale.saturating_add(i32::from(!fraction));
                }
            }
            b'.' => fraction = true,
            _ => break,
        }
    }
    let mut exponent: i32 = 0;
    let mut negative_exponent = false;
    for byte in rest {
        match byte {
            b'-' => negative_exponent = true,
            b'0'..=b'9' => {
                exponent = exponent.saturating_mul(10).saturating_add(i32::from(byte - b'0'));
            }
            _ => {}
        }
    }
    scale = scale.saturating_add(if negative_exponent { exponent.saturating_neg() } else { exponent });
    let magnitude = scaled(digits, scale);
    if negative { -magnitude } else { magnitude }
}

fn scaled(mut digits: u64, mut scale: i32) -> f64 {
    if digits == 0 {
        return 0.0;
    }
    // 1.50 and 150e-2 are 15e-1: the shorter form is the exact one.
    while scale < 0 && digits.is_multiple_of(10) {
        digits /= 10;
        scale += 1;
    }
    let mut value = digits as f64;
    // Powers of ten up to 10^22 are exact doubles.
    let mut left = scale.unsigned_abs();
    while left > 0 && value.is_finite() && value > 0.0 {
        let step = left.min(22);
        let power = (0..step).fold(1.0_f64, |power, _| power * 10.0);
        value = if scale < 0 { value / power } else { value * power };
        left -= step;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{string::String, vec};

    fn outcome(text: &str) -> Result<usize, JsonError> {
        parse_object(text.as_bytes()).map(|object| object.members().count())
    }

    #[test]
    fn accepts_json_objects() {
        for (text, members) in [
            ("{}", 0),
            (" {\r\n\t} ", 0),
            (r#"{"a":1}"#, 1),
            (r#"{"a":{},"b":[],"c":[[{}],{"a":[1,2]}],"d":null}"#, 4),
            (r#"{"a":[{"x":1},{"x":2}],"x":{"x":{"x":0}}}"#, 2),
            (r#"{"":"","\u0000":"\ud800"}"#, 2),
            (r#"{"a":-0.0e-10,"b":1E+2,"c":0}"#, 3),
            (r#"{"a" : true , "b" : false }"#, 2),
        ] {
            assert_eq!(outcome(text), Ok(members), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_strict_json() {
        for text in [
            "",
            " ",
            "{",
            "}",
            "[]",
            "null",
            "1",
            "\"a\"",
            "{}{}",
            "{} x",
            "{,}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{"a":1 "b":2}"#,
            r#"{a:1}"#,
            r#"{'a':1}"#,
            r#"{"a":01}"#,
            r#"{"a":1.}"#,
            r#"{"a":.5}"#,
            r#"{"a":+1}"#,
            r#"{"a":0x1}"#,
            r#"{"a":NaN}"#,
            r#"{"a":Infinity}"#,
            r#"{"a":-}"#,
            r#"{"a":1e}"#,
            r#"{"a":tru}"#,
            r#"{"a":nullx}"#,
            r#"{"a":"\x"}"#,
            r#"{"a":"\u12g4"}"#,
            r#"{"a":"\u123"}"#,
            "{\"a\":\"\n\"}",
            "{\"a\":\"\u{0}\"}",
            r#"{"a":"b}"#,
            r#"{"a":[1,]}"#,
            r#"{"a":[1 2]}"#,
            r#"{"a":[}"#,
            r#"{"a":{]}"#,
            r#"{"a":[1}}"#,
            r#"{"a":1}]"#,
            "\u{feff}{}",
            "{}\u{a0}",
            "{/**/}",
            "{\u{b}}",
        ] {
            assert_eq!(outcome(text), Err(JsonError::Syntax), "{text}");
        }
        assert!(parse_object(b"{\"a\":\"\xff\"}").is_err());
        assert!(parse_object(b"{\"a\":\"\xc0\xaf\"}").is_err());
        assert!(parse_object(b"{\"a\":\"\xed\xa0\x80\"}").is_err());
    }

    #[test]
    fn refuses_a_name_given_twice_at_any_level() {
        for text in [
            r#"{"a":1,"a":2}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":{"a":1,"b":2,"a":3}}"#,
            r#"{"x":[0,{"y":[{"a":1,"a":1}]}]}"#,
            r#"{"\ud83d\ude00":1,"😀":2}"#,
            r#"{"\ud800":1,"\uD800":2}"#,
            r#"{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"c":10}"#,
        ] {
            assert_eq!(outcome(text), Err(JsonError::Duplicate), "{text}");
        }
        assert_eq!(outcome(r#"{"\ud800":1,"\udc00":2,"a":{"a":1},"b":{"a":1}}"#), Ok(4));
    }

    #[test]
    fn bounds_the_depth() {
        let nested = |depth: usize| alloc::format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
        assert_eq!(outcome(&nested(MAX_DEPTH)), Ok(1));
        assert_eq!(outcome(&nested(MAX_DEPTH + 1)), Err(JsonError::Depth));
        assert_eq!(outcome(&"{\"a\":".repeat(100_000)), Err(JsonError::Depth));
    }

    #[test]
    fn reads_strings_exactly() {
        let text = r#"{"a":"q\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00","b":"\udc00\ud800x","c":1}"#;
        let object = parse_object(text.as_bytes()).unwrap();
        let a = object.get("a").and_then(|value| value.as_text()).unwrap();
        assert!(a.eq_str("q\"\\/\u{8}\u{c}\n\r\té😀"));
        let b = object.get("b").and_then(|value| value.as_text()).unwrap();
        assert_eq!(b.as_bytes(), b"\xed\xb0\x80\xed\xa0\x80x");
        assert_eq!(b.to_str(), None);
        assert!(object.get("c").unwrap().as_text().is_none());
    }

    #[test]
    fn reads_numbers() {
        for (text, number) in [
            ("0", 0.0),
            ("-0", 0.0),
            ("1767225600", 1_767_225_600.0),
            ("1.7672292e9", 1_767_229_200.0),
            ("1767225600.5", 1_767_225_600.5),
            ("17672256005e-1", 1_767_225_600.5),
            ("1767225600.000000000000000000001", 1_767_225_600.0),
            ("0.00000000000000000000000000017672256e37", 1_767_225_600.0),
            ("-9223372036854775808", -9_223_372_036_854_775_808.0),
            ("18446744073709551616", 18_446_744_073_709_551_616.0),
            ("1e400", f64::INFINITY),
            ("-1e99999999999", f64::NEG_INFINITY),
            ("1e-99999999999", 0.0),
            ("0e99999999999", 0.0),
        ] {
            let document = alloc::format!("{{\"n\":{text}}}");
            let object = parse_object(document.as_bytes()).unwrap();
            let read = object.get("n").and_then(|value| value.as_f64()).unwrap();
            let close = read == number || (read - number).abs() <= number.abs() * 1e-15;
            assert!(close, "{text}: {read}");
        }
    }

    #[test]
    fn iterates_over_items() {
        let text = r#"{"a":[ 1 , "]\"," ,[2,[3]],{"b":"}"}, true,null ],"e":[ ]}"#;
        let object = parse_object(text.as_bytes()).unwrap();
        let raw: Vec<String> = object
            .get("a")
            .and_then(|value| value.items())
            .unwrap()
            .map(|item| String::from_utf8(item.raw.to_vec()).unwrap())
            .collect();
        assert_eq!(raw, vec!["1", r#""]\",""#, "[2,[3]]", r#"{"b":"}"}"#, "true", "null"]);
        assert_eq!(object.get("e").and_then(|value| value.items()).unwrap().count(), 0);
    }
}
