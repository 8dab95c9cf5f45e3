//! Options as `src/js/options.ts` hands them over: read once, checked there.

use crate::core::{
    alg::Alg,
    policy::{Issuer, Policy, Profile},
};
use alloc::{format, string::String, vec::Vec};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Options {
    issuers: Vec<IssuerOptions>,
    profile: String,
    typ: Option<String>,
    subject: Option<String>,
    required_claims: Vec<String>,
    required_scopes: Vec<String>,
    #[serde(default)]
    permissions: bool,
    max_token_age: Option<f64>,
    clock_tolerance: f64,
    max_token_size: f64,
    crit: Vec<(String, bool)>,
    strict: bool,
    several_keys: bool,
    cache_bytes: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct IssuerOptions {
    issuer: Vec<String>,
    audience: Vec<String>,
    algorithms: Option<Vec<String>>,
}

impl Options {
    /// How many bytes of verified tokens are remembered.
    pub fn cache_bytes(&self) -> usize {
        self.cache_bytes as usize
    }

    /// The policy and its issuers, or what is wrong, naming the option.
    pub fn read(self) -> Result<(Policy, Vec<Issuer>), String> {
        let profile = match self.profile.as_str() {
            "at+jwt" => Profile::AccessToken,
            "jwt" => Profile::Jwt,
            "any" => Profile::Any,
            other => return Err(format!("profile: '{other}' is none of 'at+jwt', 'jwt', 'any'")),
        };
        let mut policy = Policy::new()
            .profile(profile)
            .required_claims(self.required_claims)
            .required_scopes(self.required_scopes)
            .permissions(self.permissions)
            .clock_tolerance(self.clock_tolerance)
            .max_token_size(self.max_token_size as usize)
            .crit(self.crit.into_iter().map(|(name, _)| name))
            .strict_claims(self.strict)
            .several_keys(self.several_keys);
        if let Some(typ) = self.typ {
            policy = policy.typ(typ);
        }
        if let Some(subject) = self.subject {
            policy = policy.subject(subject);
        }
        if let Some(seconds) = self.max_token_age {
            policy = policy.max_token_age(seconds);
        }
        let strict = self.strict;
        let issuers = self.issuers.into_iter().map(|issuer| issuer.read(strict)).collect::<Result<_, _>>()?;
        Ok((policy, issuers))
    }
}

impl IssuerOptions {
    /// The jose-shaped functions pass over names that are not supported, as jose does.
    fn read(self, strict: bool) -> Result<Issuer, String> {
        let issuer = Issuer::without_keys(self.issuer, self.audience);
        let Some(names) = self.algorithms else {
            return Ok(issuer);
        };
        let mut algorithms = Vec::new();
        for name in names {
            match Alg::from_name(&name) {
                Some(alg) => algorithms.push(alg),
                None if strict => return Err(format!("algorithms: '{name}' is not supported")),
                None => {}
            }
        }
        Ok(issuer.algorithms(algorithms))
    }
}
