"""The messages of the Open Inference Protocol v2 over gRPC, made at run time from a table. Pure.

Names and numbers of the fields are those of `open_inference_grpc.proto`
(https://github.com/kserve/open-inference-protocol); `ModelStreamInfer` and its answer are Triton's
addition (https://github.com/triton-inference-server/common, `protobuf/grpc_service.proto`), and
`HealthCheckResponse` is of `grpc.health.v1`, which Triton serves (`protobuf/health.proto`). The
messages that are declared within others there have names of their own here: no byte depends on it.
"""

from functools import cache
from typing import Any, Final

PACKAGE: Final = "inference"

_TABLE: Final = """
ServerLiveRequest
ServerLiveResponse: live 1 bool
ServerReadyRequest
ServerReadyResponse: ready 1 bool
ModelReadyRequest: name 1 string, version 2 string
ModelReadyResponse: ready 1 bool
ServerMetadataRequest
ServerMetadataResponse: name 1 string, version 2 string, extensions 3 string*
ModelMetadataRequest: name 1 string, version 2 string
TensorMetadata: name 1 string, datatype 2 string, shape 3 int64*
ModelMetadataResponse: name 1 string, versions 2 string*, platform 3 string,
    inputs 4 TensorMetadata*, outputs 5 TensorMetadata*
InferParameter: bool_param 1 bool|, int64_param 2 int64|, string_param 3 string|,
    double_param 4 double|, uint64_param 5 uint64|
Parameter: key 1 string, value 2 InferParameter
InferTensorContents: bool_contents 1 bool*, int_contents 2 int32*, int64_contents 3 int64*,
    uint_contents 4 uint32*, uint64_contents 5 uint64*, fp32_contents 6 float*,
    fp64_contents 7 double*, bytes_contents 8 bytes*
Tensor: name 1 string, datatype 2 string, shape 3 int64*, parameters 4 Parameter*,
    contents 5 InferTensorContents
RequestedOutput: name 1 string, parameters 2 Parameter*
ModelInferRequest: model_name 1 string, model_version 2 string, id 3 string,
    parameters 4 Parameter*, inputs 5 Tensor*, outputs 6 RequestedOutput*,
    raw_input_contents 7 bytes*
ModelInferResponse: model_name 1 string, model_version 2 string, id 3 string,
    parameters 4 Parameter*, outputs 5 Tensor*, raw_output_contents 6 bytes*
ModelStreamInferResponse: error_message 1 string, infer_response 2 ModelInferResponse
HealthCheckResponse: status 1 int32
"""
"""`name number type`; `*` is repeated, `|` one of several. A map is its entries, as on the wire."""


class InvalidMessageError(ValueError):
    """A message cannot be understood, or not as what it should say."""


@cache
def message_class(name: str) -> Any:  # noqa: ANN401 - made at run time
    """Return the class of a message by its name."""
    # Where nobody speaks it, protobuf is not loaded.
    from google.protobuf import message_factory  # noqa: PLC0415 - see above

    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"{PACKAGE}.{name}"))


@cache
def _pool() -> Any:  # noqa: ANN401 - protobuf ships no types
    from google.protobuf import descriptor_pb2, descriptor_pool  # noqa: PLC0415 - as above

    file = descriptor_pb2.FileDescriptorProto(
        name="open_inference.proto", package=PACKAGE, syntax="proto3"
    )
    for line in _TABLE.replace(",\n    ", ", ").strip().splitlines():
        name, _, fields = line.partition(": ")
        message = file.message_type.add(name=name)
        for field in filter(None, fields.split(", ")):
            _declare(message, *field.split())
    # A pool of its own: in the shared one, somebody else's copy of the protocol would clash.
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


def _declare(message: Any, name: str, number: str, kind: str) -> None:  # noqa: ANN401 - as above
    field = message.field.add(name=name, number=int(number))
    plain = kind.rstrip("*|")
    field.label = field.LABEL_REPEATED if kind.endswith("*") else field.LABEL_OPTIONAL
    if kind.endswith("|"):
        if not message.oneof_decl:
            message.oneof_decl.add(name="parameter_choice")
        field.oneof_index = 0
    if plain[0].isupper():
        field.type, field.type_name = field.TYPE_MESSAGE, f".{PACKAGE}.{plain}"
    else:
        field.type = getattr(field, f"TYPE_{plain.upper()}")


def decoded(name: str, data: bytes) -> Any:  # noqa: ANN401 - made at run time
    """Decode a message; raises InvalidMessageError."""
    from google.protobuf.message import DecodeError  # noqa: PLC0415 - as above

    try:
        return message_class(name).FromString(data)
    except DecodeError as error:
        raise InvalidMessageError(f"no {name}: {error}") from error


def encoded(name: str, /, **fields: object) -> bytes:
    """Encode a message of these fields."""
    data: bytes = message_class(name)(**fields).SerializeToString()
    return data
