"""The proof of a run: metadata, manifest, Merkle tree, signatures."""

from evalpkg.evidence.answers import AnswerCounts, tells_of_cuts, with_answer_warnings
from evalpkg.evidence.commitment import (
    commitment_digest,
    commitment_document,
    commitment_of_run,
    tasks_sha256,
)
from evalpkg.evidence.environment import Environment, Provisioning, collect_environment
from evalpkg.evidence.manifest import (
    Manifest,
    build_inputs,
    covered_files,
    digest_of,
    read_manifest,
)
from evalpkg.evidence.metadata import (
    CrateRecord,
    Dataset,
    DatasetPart,
    EvalMetadata,
    Host,
    LockFile,
    Model,
    Prompt,
    Sandbox,
    Seeds,
    SelfCheck,
    ToolchainRecord,
    read_metadata,
    require_whole_run,
    without_secrets,
    write_metadata,
)
from evalpkg.evidence.row_files import RowFiles, read_row_files
from evalpkg.evidence.sample_tree import check_proof, prove, read_proof, tree_mode
from evalpkg.evidence.self_check import self_check_passed
from evalpkg.evidence.signing import (
    key_id,
    load_signing_key,
    load_verify_key,
    read_signature,
    verifies,
)
from evalpkg.evidence.statement import (
    PAYLOAD_TYPE,
    UNSIGNED,
    build_statement,
    open_envelope,
    pre_authentication_encoding,
    seal_run,
    signer_uri,
)
from evalpkg.evidence.tool import this_tool

__all__ = [
    "PAYLOAD_TYPE",
    "UNSIGNED",
    "AnswerCounts",
    "CrateRecord",
    "Dataset",
    "DatasetPart",
    "Environment",
    "EvalMetadata",
    "Host",
    "LockFile",
    "Manifest",
    "Model",
    "Prompt",
    "Provisioning",
    "RowFiles",
    "Sandbox",
    "Seeds",
    "SelfCheck",
    "ToolchainRecord",
    "build_inputs",
    "build_statement",
    "check_proof",
    "collect_environment",
    "commitment_digest",
    "commitment_document",
    "commitment_of_run",
    "covered_files",
    "digest_of",
    "key_id",
    "load_signing_key",
    "load_verify_key",
    "open_envelope",
    "pre_authentication_encoding",
    "prove",
    "read_manifest",
    "read_metadata",
    "read_proof",
    "read_row_files",
    "read_signature",
    "require_whole_run",
    "seal_run",
    "self_check_passed",
    "signer_uri",
    "tasks_sha256",
    "tells_of_cuts",
    "this_tool",
    "tree_mode",
    "verifies",
    "with_answer_warnings",
    "without_secrets",
    "write_metadata",
]
