"""The API's machine-readable description (OpenAPI 3.1), made from the table of functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lti_bridge.api.functions import FUNCTIONS, Function
from lti_bridge.api.parameters import FORM, MOST

if TYPE_CHECKING:
    from lti_bridge.api.parameters import Parameter

Json = dict[str, Any]

ID: Final = {"type": "integer", "minimum": 1}
TIME: Final = {"type": "integer", "description": "UNIX seconds"}
TEXT: Final = {"type": "string"}
TRUTH: Final = {"type": "boolean"}
IDS: Final = {"type": "array", "items": ID}


def _or_null(schema: Json) -> Json:
    return {**schema, "type": [schema["type"], "null"]}


def _object(**members: Json) -> Json:
    return {"type": "object", "properties": members, "required": list(members)}


_SETTINGS: Final = (
    "tlsRequired", "teacherScheduleOthers", "teacherSubstitute", "studentsHost",
    "featureAppointments", "featureRecordings", "featureRepository",
)  # fmt: skip
_PERMISSIONS: Final = (
    "manageAdmins", "manageConnections", "viewData", "manageConferencingAccounts", "manageContent",
)  # fmt: skip

_USER: Final[Json] = {
    "meetsIdUser": ID, "meetsIdConnection": ID, "nameFirst": TEXT, "nameLast": TEXT,
    "email": TEXT, "ltiIdUser": TEXT, "auxiliary": {"type": "object"},
}  # fmt: skip

SCHEMAS: Final[Json] = {
    "admins": _object(
        meetsIdAdmin=ID, email=TEXT, nameFirst=TEXT, nameLast=TEXT,
        permissions=_object(**dict.fromkeys(_PERMISSIONS, TRUTH)),
    ),
    "connections": _object(
        meetsIdConnection=ID, name=TEXT, platformUrl=TEXT, platformType=TEXT,
        settings=_object(**dict.fromkeys(_SETTINGS, TRUTH)),
    ),
    "courses": _object(
        meetsIdCourse=ID, meetsIdConnection=ID, name=TEXT, ltiIdContext=TEXT,
        auxiliary={"type": "object"},
    ),
    "users": _object(**_USER),
    "courseUsers": _object(
        **_USER, roles=_object(administrator=TRUTH, teacher=TRUTH, student=TRUTH)
    ),
    "conferencingAccounts": _object(
        meetsIdConferencingAccount=ID, conferencingService=TEXT, conferencingUsername=TEXT,
        meetsIdUsers=IDS,
    ),
    "conferencingEvents": _object(
        meetsIdConferencingEvent=ID, name=TEXT, timeBegin=TIME, timeEnd=TIME,
        meetsIdUser_host=_or_null(ID), conferencingService=TEXT,
        meetsIdConferencingAccount=_or_null(ID), meetsIdCourses=IDS, meetsIdUsers=IDS,
    ),
    "conferenceRecordings": _object(
        meetsIdConferenceRecording=ID, meetsIdConferencingEvent=ID, timeAdded=TIME, type=TEXT,
    ),
    "attendance": _object(
        wasHost=TRUTH, attendeeName=TEXT, emailAddress=_or_null(TEXT), ip=_or_null(TEXT),
        browser=_or_null(TEXT), timeJoin=TIME, timeLeave=_or_null(TIME),
    ),
    "conferencingAuthenticationLog": _object(
        meetsIdLogConferencingAuthentication=ID, conferencingService=TEXT,
        meetsIdConferencingAccount=_or_null(ID), conferencingUsername=TEXT,
        authenticationMethod={"type": "integer"}, time=TIME,
    ),
    "error": _object(status={"type": "integer"}, error=TEXT),
}  # fmt: skip
_MAPS: Final = {
    "users": ("users", "connections"),
    "courses": ("courses", "connections"),
    "conferencingEvents": (
        "conferencingEvents", "conferencingAccounts", "users", "courses", "connections",
    ),
    "conferenceRecordings": (
        "conferenceRecordings", "conferencingEvents", "conferencingAccounts", "users", "courses",
        "connections",
    ),
}  # fmt: skip


def document(server: str) -> Json:
    """The description; ``server`` is the base of the functions."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "LTI bridge: reports, as MEETS has them",
            "version": "1",
            "description": "Functions, parameters and answers of the MEETS SaaS API Usage Manual.",
        },
        "servers": [{"url": server}],
        "security": [{"token": []}, {"basic": []}],
        "paths": {f"/{name}": _path(function) for name, function in FUNCTIONS.items()},
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic"},
            },
        },
    }


def _path(function: Function) -> Json:
    parameters = list(function.by_name.values())
    shared = {
        "summary": function.summary,
        "description": f"Needs the permission {' or '.join(function.permissions)}.",
        "responses": _responses(function),
    }
    body = {
        "type": "object",
        "properties": {one.name: _schema(one) for one in parameters},
        "required": [one.name for one in parameters if one.required],
    }
    return {
        "get": {
            **shared,
            "operationId": function.name,
            "parameters": [
                {
                    "name": one.name,
                    "in": "query",
                    "required": one.required,
                    "description": one.description,
                    "schema": _schema(one),
                    **({"style": "form", "explode": False} if _is_list(one) else {}),
                }
                for one in parameters
            ],
        },
        "post": {
            **shared,
            "operationId": f"{function.name}_by_post",
            "requestBody": {
                "required": any(one.required for one in parameters),
                "content": {
                    FORM: {
                        "schema": body,
                        "encoding": {
                            one.name: {"style": "form", "explode": False}
                            for one in parameters
                            if _is_list(one)
                        },
                    }
                },
            },
        },
    }


def _is_list(parameter: Parameter) -> bool:
    return parameter.kind in {"ids", "services", "recording_services", "roles"}


def _schema(parameter: Parameter) -> Json:
    match parameter.kind:
        case "id":
            return ID
        case "ids":
            return IDS
        case "services" | "recording_services":
            return {"type": "array", "items": {"type": "string", "minLength": 1}}
        case "roles":
            words = ["administrator", "teacher", "student"]
            return {"type": "array", "items": {"type": "string", "enum": words}}
        case "recording_type":
            return {"type": "string", "enum": ["original", "converted"]}
        case "limit":
            return {"type": "integer", "minimum": 1, "maximum": MOST, "default": MOST}
        case "time" | "after":
            return {"type": "integer", "minimum": 0}
        case "text":
            return TEXT


def _responses(function: Function) -> Json:
    error = _json({"$ref": "#/components/schemas/error"}, "Refused, and why.")
    codes = ["400", "401", "403", "429", "503"]
    if any(one.required for one in function.parameters):
        codes.append("404")
    if function.answers == "location":
        location = _object(status={"type": "integer"}, location={"type": "string", "format": "uri"})
        return {
            "303": _json(location, "Where it is; also in the header Location."),
            **dict.fromkeys([*codes, "500"], error),
        }
    return {"200": _json(_answer(function), "What was asked for."), **dict.fromkeys(codes, error)}


def _answer(function: Function) -> Json:
    name, status = function.answers, {"status": {"type": "integer", "const": 200}}
    following = {"nextPageStartAfterId": _or_null(ID)} if function.paged else {}
    if name.startswith("meetsId"):
        return _object(**status, **{name: ID})
    listed = {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}
    if name == "attendance":
        return _object(**status, attendance=listed, isFinal=TRUTH)
    if name == "conferencingAuthenticationLog":
        return _object(**status, **{name: listed}, **following)
    of_course = {"users": "courseUsers"} if function.name == "list_course_users" else {}
    maps = {
        each: {
            "type": "object",
            "description": "By number.",
            "additionalProperties": {"$ref": f"#/components/schemas/{of_course.get(each, each)}"},
        }
        for each in _MAPS.get(name, (name,))
    }
    return _object(**status, **maps, **following)


def _json(schema: Json, description: str) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
