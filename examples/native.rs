//! Verifies the access token on standard input, as a native gateway does:
//!
//! `cargo run --example native -- jwks.json https://issuer.example https://api.example < token`

use jotgate::{Issuer, KeySet, Outcome, Policy, Verifier};
use std::error::Error;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(jwks), Some(issuer), Some(audience)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: native JWKS-FILE ISSUER AUDIENCE < TOKEN".into());
    };
    let token = std::io::read_to_string(std::io::stdin())?;

    // Once per process: keys are checked and prepared here.
    let keys = KeySet::from_jwks(&std::fs::read(jwks)?)?;
    for refused in keys.refused() {
        eprintln!("key {} is not used: {}", refused.index, refused.error);
    }
    let verifier = Verifier::new(Policy::new(), [Issuer::new([issuer], [audience], keys)]);

    // Once per token.
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64();
    match verifier.verify(token.trim_end(), now) {
        Ok(verified) => {
            println!("{}", verified.payload());
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            println!("{} {} {}: {error}", error.status(), error.oauth_error(), error.code());
            for (check, outcome) in verifier.explain(token.trim_end(), now) {
                let mark = match outcome {
                    Outcome::Pass => "pass",
                    Outcome::Fail(_) => "FAIL",
                    Outcome::NotReached => "-",
                };
                println!("  {mark:4} {} ({})", check.what(), check.rfc());
            }
            Ok(ExitCode::FAILURE)
        }
    }
}
