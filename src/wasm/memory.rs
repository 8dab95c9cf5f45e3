//! What both sides share: the buffer that tokens come in through, and the parts
//! of the last one.

use crate::core::error::Error;
use ::core::cell::RefCell;
use alloc::vec::Vec;
use wasm_bindgen::prelude::wasm_bindgen;

/// The parts of the last token, each until the next call into the module.
#[derive(Default)]
pub struct Memory {
    input: Vec<u8>,
    pub header: Vec<u8>,
    pub payload: Vec<u8>,
    pub signature: Vec<u8>,
    pub signing_input_length: usize,
    pub issuer: usize,
    pub key: usize,
    pub candidates: Vec<usize>,
    reason: u32,
}

impl Memory {
    const fn new() -> Self {
        Self {
            input: Vec::new(),
            header: Vec::new(),
            payload: Vec::new(),
            signature: Vec::new(),
            signing_input_length: 0,
            issuer: 0,
            key: 0,
            candidates: Vec::new(),
            reason: 0,
        }
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

/// A number of the last token's parts: places and lengths of 0–1 the header,
/// 2–3 the payload, 4–5 the signing input, 6–7 the signature; 8 the issuer,
/// 9 the key that verified it, 10 how many candidates there are.
#[wasm_bindgen]
pub fn part(which: u32) -> usize {
    let Ok(memory) = MEMORY.0.try_borrow() else {
        return 0;
    };
    match which {
        0 => memory.header.as_ptr() as usize,
        1 => memory.header.len(),
        2 => memory.payload.as_ptr() as usize,
        3 => memory.payload.len(),
        4 => memory.input.as_ptr() as usize,
        5 => memory.signing_input_length,
        6 => memory.signature.as_ptr() as usize,
        7 => memory.signature.len(),
        8 => memory.issuer,
        9 => memory.key,
        10 => memory.candidates.len(),
        _ => 0,
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

/// The place, in its set, of the candidate key at `at`.
#[cfg(feature = "wasm-verify")]
pub fn candidate(at: usize) -> Option<usize> {
    MEMORY.0.try_borrow().ok()?.candidates.get(at).copied()
}
