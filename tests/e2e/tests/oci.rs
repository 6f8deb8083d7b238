//! The OCI image layouts of `make oci`, read as the image specification says; and by skopeo, where there is one.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Command, Output},
};

use hushgate_test_e2e::root;
use serde_json::Value;
use sha2::{Digest, Sha256};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// A folder that goes away.
struct Folder(PathBuf);

impl Folder {
    fn packed(name: &str) -> Self {
        let folder = Self(env::temp_dir().join(format!("hushgate-oci-{name}-{}", process::id())));
        let mut python = Command::new("python3");
        let done =
            python.arg(root().join("tools/oci.py")).arg(&folder.0).arg("hushgate_redact").output();
        let done = done.expect("python3");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        folder
    }

    fn layout(&self) -> PathBuf {
        self.0.join("hushgate_redact")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
}

fn hash(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!("sha256:{digits}")
}

/// What a descriptor describes: its digest and size are those of the blob that they name.
fn blob(layout: &Path, descriptor: &Value, media_type: &str) -> (PathBuf, Vec<u8>) {
    assert_eq!(descriptor["mediaType"], media_type);
    let name = descriptor["digest"].as_str().expect("a digest");
    let path = layout.join("blobs").join(name.replace(':', "/"));
    let bytes = fs::read(&path).expect("a blob");
    assert_eq!(hash(&bytes), name);
    assert_eq!(descriptor["size"].as_u64(), Some(bytes.len() as u64), "{name}");
    (path, bytes)
}

fn module() -> Vec<u8> {
    fs::read(root().join("dist/hushgate_redact.wasm")).expect("the module")
}

fn run(command: &mut Command) -> Output {
    let done = command.output().expect("a program");
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    done
}

#[test]
fn a_layout_is_what_the_specification_says() {
    let folder = Folder::packed("spec");
    let layout = folder.layout();
    assert_eq!(json(&layout.join("oci-layout"))["imageLayoutVersion"], "1.0.0");
    let index = json(&layout.join("index.json"));
    assert_eq!(
        (&index["schemaVersion"], index["manifests"].as_array().map(Vec::len)),
        (&2.into(), Some(2))
    );
    let manifests = index["manifests"].as_array().expect("manifests");
    let parts = |number: usize| {
        let (_, bytes) = blob(&layout, &manifests[number], MANIFEST);
        let manifest: Value = serde_json::from_slice(&bytes).expect("JSON");
        assert_eq!(
            (&manifest["schemaVersion"], &manifest["mediaType"]),
            (&2.into(), &MANIFEST.into())
        );
        assert_eq!(manifest["layers"].as_array().map(Vec::len), Some(1));
        manifest
    };

    let compat = parts(0);
    assert_eq!(compat["annotations"]["module.wasm.image/variant"], "compat");
    let (_, config) = blob(&layout, &compat["config"], "application/vnd.oci.image.config.v1+json");
    let config: Value = serde_json::from_slice(&config).expect("JSON");
    let kind = "application/vnd.oci.image.layer.v1.tar+gzip";
    let (layer, _) = blob(&layout, &compat["layers"][0], kind);
    let archive = run(Command::new("gzip")
        .args(["--decompress", "--stdout"])
        .stdin(fs::File::open(&layer).expect("it")));
    assert_eq!(
        config["rootfs"]["diff_ids"][0],
        hash(&archive.stdout).as_str(),
        "what is in the layer"
    );
    let names = run(Command::new("tar").arg("--list").arg("--file").arg(&layer));
    assert_eq!(names.stdout, b"plugin.wasm\n", "one file, at the root");
    let file = run(Command::new("tar").args(["--extract", "--to-stdout", "--file"]).arg(&layer));
    assert!(file.stdout == module(), "the module as it is");

    let artifact = parts(1);
    let (_, config) =
        blob(&layout, &artifact["config"], "application/vnd.module.wasm.config.v1+json");
    let config: Value = serde_json::from_slice(&config).expect("JSON");
    assert_eq!(config["type"], "envoy_proxy");
    let kind = "application/vnd.module.wasm.content.layer.v1+wasm";
    assert!(blob(&layout, &artifact["layers"][0], kind).1 == module(), "the module as it is");
}

/// Nothing of when and where gets in: a digest can be compared.
#[test]
fn the_same_module_gives_the_same_digests() {
    let (one, other) = (Folder::packed("one"), Folder::packed("other"));
    let [one, other] =
        [one, other].map(|folder| fs::read(folder.layout().join("index.json")).expect("an index"));
    assert_eq!(one, other);
}

/// A tool that nobody here wrote. Not every machine has it.
#[test]
fn skopeo_reads_and_copies_it() {
    if Command::new("skopeo").arg("--version").output().is_err() {
        eprintln!("not run: there is no skopeo");
        return;
    }
    let folder = Folder::packed("skopeo");
    let layout = folder.layout();
    let index = json(&layout.join("index.json"));
    for image in index["manifests"].as_array().expect("manifests") {
        let tag =
            image["annotations"]["org.opencontainers.image.ref.name"].as_str().expect("a tag");
        let from = format!("oci:{}:{tag}", layout.display());
        let shown = run(Command::new("skopeo").args(["inspect", "--raw", &from]));
        assert_eq!(hash(&shown.stdout), image["digest"].as_str().expect("a digest"));
        let to = format!("dir:{}", folder.0.join(tag).display());
        run(Command::new("skopeo").args(["--insecure-policy", "copy", &from, &to]));
        let manifest = json(&folder.0.join(tag).join("manifest.json"));
        let layer =
            manifest["layers"][0]["digest"].as_str().expect("a digest").replace("sha256:", "");
        let bytes = fs::read(folder.0.join(tag).join(&layer)).expect("the layer");
        assert_eq!(hash(&bytes), format!("sha256:{layer}"));
    }
}
