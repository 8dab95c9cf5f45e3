//! Prints `src/js/error-table.ts`: `npm run generate` writes it.

use jotgate::{Claim, Error, Reason};

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

fn main() {
    println!("// Made by `npm run generate` from src/core/error.rs.");
    println!("/** Every kind of error: the rows that status numbers of the WebAssembly modules point to. */");
    println!("export const errorTable = [");
    for row in Error::rows() {
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
    println!("/** The claims of `Claim`, by the number in bits 8–15; the last stands for one of `requiredClaims`. */");
    println!("export const claimNames = [{}] as const", list(&Claim::NAMES));
    println!();
    println!("/** The reasons of `Claim`, by the number in bits 16–23. */");
    println!("export const reasons = [{}] as const", list(&Reason::NAMES));
}
