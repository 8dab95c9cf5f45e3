//! What both sides share: the buffer that tokens come in through, and the parts
//! of the last one.

use crate::core::error::Error;
use ::core::cell::RefCell;
use alloc::vec::Vec;
use wasm_bindgen::prelude::wasm_bindgen;

/// What the last call left behind, until the next call into the module.
#[derive(Default)]
pub struct Memory {
    input: Vec<u8>,
    /// For reading without a verifier.
    pub header: Vec<u8>,
    pub payload: Vec<u8>,
    parts: [usize; PARTS],
    reason: u32,
}

/// The names of the parts: places in the memory, each followed by a length.
pub const HEADER: usize = 0;
pub const PAYLOAD: usize = 2;
#[cfg(feature = "wasm-verify")]
pub const SIGNING_INPUT: usize = 4;
#[cfg(feature = "wasm-verify")]
pub const SIGNATURE: usize = 6;
/// The names of the parts that are numbers.
#[cfg(feature = "wasm-verify")]
pub const ISSUER: usize = 8;
#[cfg(feature = "wasm-verify")]
pub const KEY: usize = 9;
#[cfg(feature = "wasm-verify")]
pub const CANDIDATES: usize = 10;
#[cfg(feature = "wasm-verify")]
pub const REMEMBERED: usize = 11;
#[cfg(all(feature = "wasm-verify", feature = "accel"))]
pub const FAULTS: usize = 12;
#[cfg(feature = "wasm-verify")]
pub const HEADER_IS_NEW: usize = 13;
const PARTS: usize = 14;

impl Memory {
    const fn new() -> Self {
        Self { input: Vec::new(), header: Vec::new(), payload: Vec::new(), parts: [0; PARTS], reason: 0 }
    }

    pub fn set(&mut self, part: usize, number: usize) {
        if let Some(place) = self.parts.get_mut(part) {
            *place = number;
        }
    }

    /// `bytes` stay where they are until the next call.
    pub fn point(&mut self, part: usize, bytes: &[u8]) {
        self.set(part, bytes.as_ptr() as usize);
        self.set(part.saturating_add(1), bytes.len());
    }

    /// Takes the buffer out, so that it can be read while the parts are written.
    fn take_input(&mut self) -> Vec<u8> {
        ::core::mem::take(&mut self.input)
    }

    fn give_back(&mut self, input: Vec<u8>) {
        self.input = input;
    }
}

struct SingleThreaded<T>(T);
// SAFETY: wasm32-unknown-unknown without the atomics feature has one thread.
unsafe impl<T> Sync for SingleThreaded<T> {}

static MEMORY: SingleThreaded<RefCell<Memory>> = SingleThreaded(RefCell::new(Memory::new()));

/// Runs `work` on the first `length` bytes of the buffer; 0 or an error's number.
pub fn with_input(length: usize, work: impl FnOnce(&[u8], &mut Memory) -> Result<(), Error>) -> u32 {
    let Ok(mut memory) = MEMORY.0.try_borrow_mut() else {
        return Error::Internal.to_number();
    };
    let input = memory.take_input();
    let outcome = match input.get(..length) {
        Some(input) => work(input, &mut memory),
        None => Err(Error::Internal),
    };
    memory.give_back(input);
    outcome.err().map_or(0, Error::to_number)
}

/// Makes the buffer hold at least `capacity` bytes and gives its place. Growing
/// may move it and detach JavaScript's views of the memory.
#[wasm_bindgen]
pub fn buffer(capacity: usize) -> usize {
    let Ok(mut memory) = MEMORY.0.try_borrow_mut() else {
        return 0;
    };
    if memory.input.len() < capacity {
        memory.input = Vec::new();
        memory.input.resize(capacity.next_multiple_of(1024), 0);
    }
    memory.input.as_ptr() as usize
}

/// Where the numbers of the last token's parts are, one after the other and for good:
/// places and lengths of 0–1 the header, 2–3 the payload, 4–5 the signing input,
/// 6–7 the signature; 8 the issuer, 9 the key that verified it, 10 how many candidates
/// there are, 11 one more than the place where the verifier remembers it, 12 whether
/// an accelerator was switched off and nobody was told, 13 whether the header is
/// another one than that of the token that the same verifier accepted before.
#[wasm_bindgen]
pub fn parts() -> usize {
    MEMORY.0.try_borrow().map_or(0, |memory| memory.parts.as_ptr() as usize)
}

#[cfg(all(feature = "wasm-verify", feature = "accel"))]
pub fn set_part(part: usize, number: usize) {
    if let Ok(mut memory) = MEMORY.0.try_borrow_mut() {
        memory.set(part, number);
    }
}

pub fn set_reason(reason: u32) {
    if let Ok(mut memory) = MEMORY.0.try_borrow_mut() {
        memory.reason = reason;
    }
}

/// Why the last moment of `next_refresh` is that moment: 0 as scheduled, 1 due,
/// 2 expired, 3 the minimum interval, 4 the rest after an attempt.
#[wasm_bindgen]
pub fn refresh_reason() -> u32 {
    MEMORY.0.try_borrow().map_or(0, |memory| memory.reason)
}
