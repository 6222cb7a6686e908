#!/usr/bin/env python3
"""Packs a folder as an image of one layer, in a tar that is an OCI layout and a Docker archive at once.

Two runs over the same files give the same bytes: everything belongs to root and has no date.
"""
import argparse
import gzip
import hashlib
import io
import json
import os
import platform
import struct
import tarfile

CAPABILITIES = {"net_admin": 12, "net_raw": 13}


def file_capabilities(names):
    """The security.capability attribute (struct vfs_cap_data, revision 2): permitted and inheritable, not effective."""
    mask = sum(1 << CAPABILITIES[name] for name in names.split(","))
    return struct.pack("<IIIII", 0x02000000, mask, mask, 0, 0)


def make_layer(root, capabilities):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for folder, folders, files in os.walk(root):
            folders.sort()
            for name in sorted(files + [f for f in folders]):
                path = os.path.join(folder, name)
                inside = os.path.relpath(path, root)
                info = tar.gettarinfo(path, inside)
                info.uid = info.gid = info.mtime = 0
                info.uname = info.gname = ""
                if inside == "tmp":
                    info.mode = 0o1777
                if "/" + inside in capabilities:
                    value = file_capabilities(capabilities["/" + inside])
                    info.pax_headers["SCHILY.xattr.security.capability"] = value.decode("utf-8", "surrogateescape")
                if info.isreg():
                    with open(path, "rb") as content:
                        tar.addfile(info, content)
                else:
                    tar.addfile(info)
    return stream.getvalue()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="NAME:TAG")
    parser.add_argument("root", help="folder that becomes the file system")
    parser.add_argument("output", help="archive to write")
    parser.add_argument("--entrypoint", required=True)
    parser.add_argument("--user", default="0")
    parser.add_argument("--capabilities", action="append", default=[], metavar="FILE=NAME[,NAME]")
    options = parser.parse_args()

    layer = make_layer(options.root, dict(c.split("=", 1) for c in options.capabilities))
    packed = gzip.compress(layer, 6, mtime=0)
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    config = json.dumps({
        "architecture": architecture,
        "os": "linux",
        "config": {"Entrypoint": [options.entrypoint], "User": options.user, "Env": ["PATH=/usr/lib/linkerd:/usr/sbin:/usr/bin:/sbin:/bin"]},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
    }).encode()
    blobs = {}

    def blob(kind, data):
        digest = hashlib.sha256(data).hexdigest()
        blobs[digest] = data
        return {"mediaType": kind, "digest": "sha256:" + digest, "size": len(data)}

    oci = "application/vnd.oci.image."
    manifest = blob(oci + "manifest.v1+json", json.dumps({
        "schemaVersion": 2,
        "mediaType": oci + "manifest.v1+json",
        "config": blob(oci + "config.v1+json", config),
        "layers": [blob(oci + "layer.v1.tar+gzip", packed)],
    }).encode())
    manifest["annotations"] = {"io.containerd.image.name": options.name, "org.opencontainers.image.ref.name": options.name.rsplit(":", 1)[1]}
    manifest["platform"] = {"architecture": architecture, "os": "linux"}
    files = {
        "oci-layout": b'{"imageLayoutVersion":"1.0.0"}',
        "index.json": json.dumps({"schemaVersion": 2, "manifests": [manifest]}).encode(),
        "manifest.json": json.dumps([{
            "Config": "blobs/sha256/" + hashlib.sha256(config).hexdigest(),
            "RepoTags": [options.name],
            "Layers": ["blobs/sha256/" + hashlib.sha256(packed).hexdigest()],
        }]).encode(),
        **{"blobs/sha256/" + digest: data for digest, data in blobs.items()},
    }
    with tarfile.open(options.output + ".new", "w") as tar:
        for path, data in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    os.replace(options.output + ".new", options.output)


main()
