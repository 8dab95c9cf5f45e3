//! Options as `src/js/options.ts` hands them over: read once, checked there.

use crate::core::{
    alg::Alg,
    policy::{Issuer, IssuerName, IssuerTemplate, Policy, Profile},
    token::json::{self, Object, Value},
};
use alloc::{string::String, vec::Vec};

/// What a verifier is made of.
pub struct Options {
    pub policy: Policy,
    pub issuers: Vec<Issuer>,
    /// How many bytes of verified tokens are remembered.
    pub cache_bytes: usize,
    /// Whether signatures are verified by accelerators.
    pub accelerate: bool,
}

const NAMES: [&str; 15] = [
    "issuers",
    "profile",
    "typ",
    "subject",
    "requiredClaims",
    "requiredScopes",
    "permissions",
    "maxTokenAge",
    "clockTolerance",
    "maxTokenSize",
    "crit",
    "strict",
    "severalKeys",
    "cacheBytes",
    "accelerate",
];

/// The options, or what is wrong, naming the option.
pub fn read(json: &str) -> Result<Options, String> {
    let options = Members(json::parse_object(json.as_bytes()).map_err(|_| String::from("the options are no object"))?);
    // An option that only the other side knows would be a check that nobody makes.
    if let Some((name, _)) = options.0.members().find(|(name, _)| !NAMES.iter().any(|known| name.eq_str(known))) {
        return Err(wrong(name.to_str().unwrap_or_default()));
    }
    let profile = match options.text("profile")?.as_str() {
        "at+jwt" => Profile::AccessToken,
        "jwt" => Profile::Jwt,
        "any" => Profile::Any,
        _ => return Err(wrong("profile")),
    };
    let strict = options.flag("strict")?;
    let mut policy = Policy::new()
        .profile(profile)
        .required_claims(options.texts("requiredClaims")?)
        .required_scopes(options.texts("requiredScopes")?)
        .permissions(options.flag("permissions")?)
        .clock_tolerance(options.number("clockTolerance")?)
        .max_token_size(options.number("maxTokenSize")? as usize)
        .crit(options.list("crit", |extension| text(extension.items()?.next()?))?)
        .strict_claims(strict)
        .several_keys(options.flag("severalKeys")?);
    if options.is_given("typ") {
        policy = policy.typ(options.text("typ")?);
    }
    if options.is_given("subject") {
        policy = policy.subject(options.text("subject")?);
    }
    if options.is_given("maxTokenAge") {
        policy = policy.max_token_age(options.number("maxTokenAge")?);
    }
    let mut issuers = Vec::new();
    for issuer in options.list("issuers", |issuer| issuer.as_object().map(Members))? {
        issuers.push(read_issuer(&issuer, strict)?);
    }
    let accelerate = options.0.get("accelerate").is_none() || options.flag("accelerate")?;
    Ok(Options { policy, issuers, cache_bytes: options.number("cacheBytes")? as usize, accelerate })
}

/// The jose-shaped functions pass over algorithms that are not supported, as jose
/// does, and know no templates.
fn read_issuer(options: &Members<'_>, strict: bool) -> Result<Issuer, String> {
    let mut names = Vec::new();
    for name in options.texts("issuer")? {
        names.push(match IssuerTemplate::parse(&name) {
            Some(template) if strict => template.into(),
            None if strict && name.bytes().any(|byte| matches!(byte, b'{' | b'}')) => {
                return Err(String::from("issuer: a template has one placeholder in braces, the name of a claim"));
            }
            _ => IssuerName::from(name),
        });
    }
    let issuer = Issuer::without_keys(names, options.texts("audience")?);
    if !options.is_given("algorithms") {
        return Ok(issuer);
    }
    let mut algorithms = Vec::new();
    for name in options.texts("algorithms")? {
        match Alg::from_name(&name) {
            Some(alg) => algorithms.push(alg),
            None if strict => return Err(["algorithms: '", &name, "' is not supported"].concat()),
            None => {}
        }
    }
    Ok(issuer.algorithms(algorithms))
}

fn wrong(name: &str) -> String {
    [name, ": not what the WebAssembly module expects"].concat()
}

fn text(value: Value<'_>) -> Option<String> {
    value.as_text()?.to_str().map(String::from)
}

/// The members of an options object, each of the type that it must have.
struct Members<'a>(Object<'a>);

impl<'a> Members<'a> {
    fn is_given(&self, name: &str) -> bool {
        self.0.get(name).is_none_or(|value| value.kind() != json::Kind::Null)
    }

    fn read<T>(&self, name: &str, read: impl FnOnce(Value<'a>) -> Option<T>) -> Result<T, String> {
        self.0.get(name).and_then(read).ok_or_else(|| wrong(name))
    }

    fn text(&self, name: &str) -> Result<String, String> {
        self.read(name, text)
    }

    fn flag(&self, name: &str) -> Result<bool, String> {
        self.read(name, |value| value.as_bool())
    }

    fn number(&self, name: &str) -> Result<f64, String> {
        self.read(name, |value| value.as_f64())
    }

    fn list<T>(&self, name: &str, item: impl Fn(Value<'a>) -> Option<T>) -> Result<Vec<T>, String> {
        self.read(name, |value| value.items()?.map(item).collect())
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        self.list(name, text)
    }
}
