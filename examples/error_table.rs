//! Prints `src/js/error-table.ts`: `npm run generate` writes it.

use jotgate::{Claim, Error, Reason, error::Row};

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// The last kind that reading a token can end with, before anything is held against a policy.
const LAST_OF_READING: u8 = 13;

fn table(name: &str, what: &str, rows: impl Iterator<Item = &'static Row>) {
    println!("/** {what}: rows that status numbers of the WebAssembly modules point to. */");
    println!("export const {name} = [");
    for row in rows {
        println!(
            "  {{ kind: {}, name: {}, code: {}, status: {}, oauthError: {}, rfc: {}, message: {} }},",
            row.kind,
            quoted(row.name),
            quoted(row.code),
            row.status,
            quoted(row.oauth_error),
            quoted(row.rfc),
            quoted(row.message),
        );
    }
    println!("] as const");
    println!();
}

fn main() {
    println!("// Made by `npm run generate` from src/core/error.rs.");
    let (reading, judging): (Vec<_>, Vec<_>) = Error::rows().iter().partition(|row| row.kind <= LAST_OF_READING);
    // Two tables, so that `jotgate/decode` need not carry the second.
    table("readingErrors", "What reading a token can end with", reading.into_iter());
    table("judgingErrors", "What judging a token or a key can end with", judging.into_iter());
    println!("/** The claims of `Claim`, by the number in bits 8–15; the last stands for one of `requiredClaims`. */");
    println!("export const claimNames = [{}] as const", list(&Claim::NAMES));
    println!();
    println!("/** The reasons of `Claim`, by the number in bits 16–23. */");
    println!("export const reasons = [{}] as const", list(&Reason::NAMES));
}
