#!/usr/bin/env python3
"""Write the modules of dist/ as OCI image layouts: `make oci`.

    python3 tools/oci.py dist/oci hushgate_redact hushgate_inject hushgate_edge

Each module becomes a layout of its own (image-spec 1.1, "OCI Image Layout") with two images, which differ in form alone:

- `<version>`, the *compat* variant: an ordinary image whose one tar+gzip layer has `plugin.wasm` at its root. What Istio,
  Envoy Gateway and any registry take.
- `<version>-oci`, the *oci* variant: the module itself is the layer, with the media types of
  the Wasm artifact image specification (solo-io/wasm-image-spec).

The same module gives the same bytes, and so the same digests, whenever it is packed (with the same zlib). Any tool that reads
layouts can push one: `skopeo copy oci:dist/oci/hushgate_redact:<version> docker://registry/repository:<version>`.
Python 3.9 or later, standard library only.
"""

import gzip
import hashlib
import io
import json
import pathlib
import shutil
import sys
import tarfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
COMPAT = ("application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+gzip")
OCI = ("application/vnd.module.wasm.config.v1+json", "application/vnd.module.wasm.content.layer.v1+wasm")


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: oci.py FOLDER MODULE...")
    for name in sys.argv[2:]:
        module = (ROOT / "dist" / f"{name}.wasm").read_bytes()
        layout = Layout(pathlib.Path(sys.argv[1]) / name)
        layout.image(name, version(), compat(module), COMPAT, {"module.wasm.image/variant": "compat"})
        layout.image(name, f"{version()}-oci", oci(name, module), OCI, {})
        layout.finish()
        print(f"{layout.folder}: sha256 of the module {hashlib.sha256(module).hexdigest()}")
        for image in layout.images:
            print(f"  {image['annotations']['org.opencontainers.image.ref.name']:12} {image['digest']}")


def version():
    """The workspace's version."""
    for line in (ROOT / "Cargo.toml").read_text(encoding="utf-8").splitlines():
        if line.startswith("version = "):
            return line.split('"')[1]
    sys.exit("oci: Cargo.toml has no version")


def compat(module):
    """Config and layer of an ordinary image."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        entry = tarfile.TarInfo("plugin.wasm")
        entry.size, entry.mode = len(module), 0o644
        tar.addfile(entry, io.BytesIO(module))
    # The digest of what is in the layer; the layer itself is named by that of its compressed bytes.
    diff = digest(archive.getvalue())
    config = {
        "architecture": "wasm",
        "os": "wasi",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [diff]},
    }
    return config, gzip.compress(archive.getvalue(), compresslevel=9, mtime=0)


def oci(name, module):
    """Config and layer of a Wasm artifact."""
    return {"type": "envoy_proxy", "abiVersions": ["0.2.1"], "config": {"rootIds": [name]}}, module


class Layout:
    """A folder as image-spec's image-layout.md says."""

    def __init__(self, folder):
        self.folder = folder
        self.images = []
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "blobs" / "sha256").mkdir(parents=True)

    def image(self, name, tag, content, media_types, annotations):
        config, layer = content
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.blob(encoded(config), media_types[0]),
            "layers": [self.blob(layer, media_types[1])],
            "annotations": {
                "org.opencontainers.image.title": name,
                "org.opencontainers.image.version": version(),
                "org.opencontainers.image.licenses": "Apache-2.0",
                **annotations,
            },
        }
        described = self.blob(encoded(manifest), MANIFEST)
        described["annotations"] = {"org.opencontainers.image.ref.name": tag}
        self.images.append(described)

    def blob(self, data, media_type):
        """Stores bytes by their digest and describes them."""
        name = digest(data)
        (self.folder / "blobs" / "sha256" / name.split(":")[1]).write_bytes(data)
        return {"mediaType": media_type, "digest": name, "size": len(data)}

    def finish(self):
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": self.images}
        (self.folder / "index.json").write_bytes(encoded(index))
        (self.folder / "oci-layout").write_bytes(encoded({"imageLayoutVersion": "1.0.0"}))


def encoded(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    main()
