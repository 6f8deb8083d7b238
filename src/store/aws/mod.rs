//! AWS Secrets Manager: `GetSecretValue`, signed. There is no login and no session.

mod sigv4;
#[cfg(test)]
mod tests;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Step, Want,
    config::Aws,
    credential::FieldChoice,
    fetched::{Fetched, Reason, StoreError},
    http::{Answer, HttpRequest, HttpResponse},
    json::{self, Json},
    time,
};
use crate::secret::Secret;

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
const TARGET: &str = "secretsmanager.GetSecretValue";

/// One fetch under way.
pub(super) struct Flight {
    /// The current version, while the one before is asked for.
    current: Option<Fetched>,
}

/// What a step may look at.
pub(super) struct Turn<'a> {
    pub(super) aws: &'a Aws,
    pub(super) secret_id: &'a str,
    pub(super) field: &'a FieldChoice,
    pub(super) want: Want,
    pub(super) now_ms: u64,
}

impl Flight {
    pub(super) fn begin(turn: &Turn<'_>) -> (Flight, Step) {
        (Flight { current: None }, Step::Call(request(turn, "AWSCURRENT")))
    }

    pub(super) fn on(&mut self, turn: &Turn<'_>, answer: Answer) -> Step {
        let read = read(turn, answer);
        if let Some(current) = self.current.take() {
            // Nothing that comes in its place is an error of the current version.
            let previous = read.ok().filter(|(version, _)| *version != current.version);
            return Step::Done(Ok(Fetched { previous, ..current }));
        }
        match read {
            Err(error) => Step::Done(Err(error)),
            Ok((version, value)) => {
                let fetched =
                    Fetched { value, version, previous: None, lives_ms: None, hosts: None };
                if turn.want != Want::WithPrevious {
                    return Step::Done(Ok(fetched));
                }
                self.current = Some(fetched);
                Step::Call(request(turn, "AWSPREVIOUS"))
            }
        }
    }
}

fn request(turn: &Turn<'_>, stage: &str) -> HttpRequest {
    let aws = turn.aws;
    let body = json::object(&[("SecretId", turn.secret_id), ("VersionStage", stage)]);
    let time = time::aws_time(turn.now_ms);
    let token = aws.session_token.as_ref();
    let mut signed: Vec<(&'static str, &[u8])> = vec![
        ("content-type", CONTENT_TYPE.as_bytes()),
        ("host", aws.host.as_bytes()),
        ("x-amz-date", time.as_bytes()),
    ];
    signed.extend(token.map(|token| ("x-amz-security-token", token.expose())));
    signed.push(("x-amz-target", TARGET.as_bytes()));
    let scope = sigv4::Scope {
        access_key_id: &aws.access_key_id,
        secret_access_key: &aws.secret_access_key,
        region: &aws.region,
        service: "secretsmanager",
    };
    let authorization = sigv4::authorization(&scope, &time, &signed, body.expose());
    let mut request = HttpRequest::new("POST", "/".to_owned());
    // The host is the authority, which the caller adds.
    for (name, value) in signed.iter().filter(|(name, _)| *name != "host") {
        request = request.header(name, value);
    }
    request.headers.push(("authorization", authorization));
    request.body(body)
}

/// The version's id and the value.
fn read(turn: &Turn<'_>, answer: Answer) -> Result<(String, Secret), StoreError> {
    let Answer::Response(response) = answer else {
        return Err(StoreError::of(Reason::Unreachable));
    };
    if json::is_too_long(&response.body) {
        return Err(StoreError::of(Reason::AnswerTooLong));
    }
    let answer = Json::parse(response.body.expose());
    if response.status != 200 {
        return Err(failure(&response, answer.as_ref()));
    }
    let bad = StoreError::of(Reason::BadAnswer);
    let answer = answer.ok_or(bad)?;
    let version = answer.text("/VersionId").ok_or(bad)?.to_owned();
    if let Some(text) = answer.text("/SecretString") {
        return Ok((version, value(turn.field, text)?));
    }
    let binary = answer.text("/SecretBinary").and_then(|text| STANDARD.decode(text).ok());
    match (binary, turn.field) {
        (Some(binary), FieldChoice::Only) => Ok((version, Secret::new(binary))),
        (Some(_), FieldChoice::Joined(_)) => Err(StoreError::of(Reason::FieldMissing)),
        (None, _) => Err(bad),
    }
}

/// The value of a secret's text: all of it, or fields of the JSON object that it is.
fn value(field: &FieldChoice, text: &str) -> Result<Secret, StoreError> {
    if *field == FieldChoice::Only {
        return Ok(Secret::from(text.to_owned()));
    }
    let missing = StoreError::of(Reason::FieldMissing);
    let document = Json::parse(text.as_bytes()).ok_or(missing)?;
    field.of(document.root().as_object().ok_or(missing)?)
}

/// What an error means. Its name stands in `__type`, after a `#` at times, and decides before the status does.
fn failure(response: &HttpResponse, answer: Option<&Json>) -> StoreError {
    let name = answer.and_then(|answer| answer.text("/__type")).unwrap_or_default();
    let name = name.rsplit('#').next().unwrap_or_default();
    let message = answer
        .and_then(|answer| answer.text("/Message").or_else(|| answer.text("/message")))
        .unwrap_or_default();
    let is_late = message.contains("Signature expired") || message.contains("Signature not yet");
    StoreError::of(match name {
        "ResourceNotFoundException" => Reason::NotFound,
        "AccessDeniedException" | "AccessDenied" | "NotAuthorized" => Reason::Forbidden,
        "RequestExpired" | "RequestTimeTooSkewed" => Reason::ClockSkew,
        "InvalidSignatureException" | "SignatureDoesNotMatch" if is_late => Reason::ClockSkew,
        "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "IncompleteSignature"
        | "MissingAuthenticationTokenException"
        | "MissingAuthenticationToken" => Reason::LoginRefused,
        "ExpiredTokenException" | "ExpiredToken" => Reason::TokenRefused,
        // The secret is scheduled for deletion, or has no such version.
        "InvalidRequestException" => Reason::VersionDeleted,
        "ThrottlingException" | "Throttling" | "TooManyRequestsException" => Reason::RateLimited,
        // KMS cannot decrypt: the key is disabled or out of reach.
        "DecryptionFailure" => Reason::Forbidden,
        "InternalServiceError" | "InternalFailure" | "ServiceUnavailable" => Reason::Unavailable,
        _ => match response.status {
            300..=399 => Reason::Redirected,
            401 | 403 => Reason::Forbidden,
            429 => Reason::RateLimited,
            400..=499 => Reason::BadRequest,
            500..=599 => Reason::Unavailable,
            _ => Reason::BadAnswer,
        },
    })
}
