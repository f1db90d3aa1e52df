"""What X API v2 says where something is wrong: with a request, an account, or single posts and users of an answer."""

from typing import Any

PROBLEMS = "https://api.twitter.com/2/problems/"
# What a problem is called, what its `type` ends with, and how its detail begins.
NOT_FOUND = "Not Found Error", "resource-not-found", "Could not find {} with"
NOT_ALLOWED = "Authorization Error", "not-authorized-for-resource", "Sorry, you are not authorized to see the {} with"
FORBIDDEN = "Forbidden", "resource-not-found", "User has been suspended:"


class Invalid(Exception):
    """A request that is answered with 400; its argument is the list `errors` of that answer."""


def invalid(error: Invalid) -> dict[str, Any]:
    """The body of an answer with status 400."""
    return {
        "errors": error.args[0],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{PROBLEMS}invalid-request",
    }


def problem(kind: tuple[str, str, str], resource: str, parameter: str, value: str) -> dict[str, str]:
    """An element of `errors` of an answer with status 200."""
    title, name, begin = kind
    where = "" if kind == FORBIDDEN else f" {parameter}:"
    return {
        "value": value,
        "detail": f"{begin.format(resource)}{where} [{value}].",
        "title": title,
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{PROBLEMS}{name}",
    }


def _plain(status: int, title: str) -> dict[str, Any]:
    return {"title": title, "type": "about:blank", "status": status, "detail": title}


# What an answer with this status says; those above 500 say nothing or speak HTML.
BODIES: dict[int, Any] = {
    401: _plain(401, "Unauthorized"),
    402: {
        "title": "CreditsDepleted",
        "detail": "Your enrolled account does not have any credits to fulfill this request.",
        "type": "https://api.x.com/2/problems/credits",
    },
    403: {
        "client_id": "1",
        "detail": "Keys and tokens of an app that is attached to a Project are needed.",
        "registration_url": "https://developer.twitter.com/en/docs/projects/overview",
        "title": "Client Forbidden",
        "required_enrollment": "Appropriate Level of API Access",
        "reason": "client-not-enrolled",
        "type": f"{PROBLEMS}client-forbidden",
    },
    404: _plain(404, "Not Found"),
    429: _plain(429, "Too Many Requests"),
    500: _plain(500, "Internal Server Error"),
    503: "<!DOCTYPE html><html><body><h1>Over capacity</h1></body></html>",
}
USAGE_CAPPED = {
    "title": "UsageCapExceeded",
    "detail": "Usage cap exceeded: Monthly product cap",
    "type": f"{PROBLEMS}usage-capped",
    "period": "Monthly",
    "scope": "Product",
    "account_id": 1,
    "product_name": "standard-basic",
}
