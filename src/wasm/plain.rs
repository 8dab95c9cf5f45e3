//! Plain objects of JavaScript, which come and go as JSON: the strict reader is
//! here anyway, and a reader of JavaScript objects (serde-wasm-bindgen) brings
//! std with it, 30 kB gzipped of formatting and of another allocator.

use alloc::string::String;
use js_sys::JSON;
use wasm_bindgen::prelude::JsValue;

/// `None` for what has no JSON: undefined, a function, a symbol.
pub fn stringify(value: &JsValue) -> Option<String> {
    JSON::stringify(value).ok()?.as_string()
}

/// Undefined for what is not JSON.
pub fn parse(json: &str) -> JsValue {
    JSON::parse(json).unwrap_or(JsValue::UNDEFINED)
}

/// Appends `text` as a JSON string (RFC 8259 §7).
pub fn push_string(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\0'..='\u{1f}' => {
                json.push_str("\\u00");
                for digit in [character as u32 >> 4, character as u32 & 0xf] {
                    json.extend(char::from_digit(digit, 16));
                }
            }
            _ => json.push(character),
        }
    }
    json.push('"');
}

/// Appends `number` in decimal.
pub fn push_number(json: &mut String, number: u32) {
    if number > 9 {
        push_number(json, number / 10);
    }
    json.extend(char::from_digit(number % 10, 10));
}
