//! AWS Secrets Manager, as moto plays it: signatures and policies are checked.

use hushgate::store::Want;
use hushgate_test_vault::{AwsKey, Drive, Moto};
use serde_json::json;

fn drive(moto: &Moto, key: &AwsKey) -> Drive {
    Drive::new(moto.address(), moto.store(), &[("ID", &key.id), ("SECRET", &key.secret)])
}

#[test]
fn signed_reads() {
    let moto = Moto::start();
    let key = moto.user("reader", Some("secretsmanager:GetSecretValue"));
    let text = json!({"user": "u", "password": "planted-1"}).to_string();
    moto.secrets("CreateSecret", &json!({"Name": "prod/stripe", "SecretString": text}));
    let mut drive = drive(&moto, &key);
    let reference = json!({"secret_id": "prod/stripe", "field": "password"});
    let first = drive.fetch(reference.clone(), Want::WithPrevious).unwrap();
    assert_eq!(first.value.expose(), b"planted-1");
    assert!(first.previous.is_none(), "there is none yet");
    assert_eq!(drive.taken(), ["POST / 200", "POST / 404"]);
    let basic = json!({"secret_id": "prod/stripe", "fields": ["user", "password"]});
    assert_eq!(drive.value(basic), Ok("u:planted-1".to_owned()));
    assert_eq!(drive.value(json!({"secret_id": "prod/stripe"})), Ok(text));

    let text = json!({"user": "u", "password": "planted-2"}).to_string();
    moto.secrets("PutSecretValue", &json!({"SecretId": "prod/stripe", "SecretString": text}));
    let second = drive.fetch(reference.clone(), Want::WithPrevious).unwrap();
    assert_eq!(second.value.expose(), b"planted-2");
    assert_ne!(second.version, first.version);
    let (version, previous) = second.previous.unwrap();
    assert_eq!((&version, previous.expose()), (&first.version, &b"planted-1"[..]));

    let missing = json!({"secret_id": "prod/stripe", "field": "other"});
    assert_eq!(drive.value(missing), Err("field_missing"));
    assert_eq!(drive.value(json!({"secret_id": "absent"})), Err("not_found"));

    moto.secrets("CreateSecret", &json!({"Name": "binary", "SecretBinary": "cGxhbnRlZP8="}));
    let binary = drive.fetch(json!({"secret_id": "binary"}), Want::Current).unwrap();
    assert_eq!(binary.value.expose(), b"planted\xff");
    moto.secrets("DeleteSecret", &json!({"SecretId": "binary"}));
    assert_eq!(drive.value(json!({"secret_id": "binary"})), Err("version_deleted"));
}

#[test]
fn refusals() {
    let moto = Moto::start();
    let key = moto.user("reader", Some("secretsmanager:GetSecretValue"));
    moto.secrets("CreateSecret", &json!({"Name": "s", "SecretString": "planted"}));
    let reference = json!({"secret_id": "s"});
    assert_eq!(drive(&moto, &key).value(reference.clone()), Ok("planted".to_owned()));

    // moto says both in XML, which AWS does not for this service; so the words are the status's.
    let forged = AwsKey { id: key.id.clone(), secret: key.secret.to_lowercase() };
    assert_eq!(drive(&moto, &forged).value(reference.clone()), Err("forbidden"));
    let nobody = AwsKey { id: "AKIANOBODY".to_owned(), secret: key.secret };
    assert_eq!(drive(&moto, &nobody).value(reference.clone()), Err("forbidden"));

    let idle = moto.user("idle", None);
    assert_eq!(drive(&moto, &idle).value(reference), Err("forbidden"));
}
