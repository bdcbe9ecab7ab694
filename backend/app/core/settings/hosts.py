"""Host names in one spelling, so that settings, the Host header and the Origin header can be compared."""

import ipaddress
import re

import idna

_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*")
_NUMBER = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)")


def normalize_host(text: str) -> str:
    """Return a host as browsers write it in a URL. Raises `ValueError`.

    A name is in ASCII (UTS 46, the WHATWG's `domain to ASCII`) and lower case, without the dot of the DNS root. An IPv6
    address is in brackets, in its short form.
    """
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if ":" in bare:
        return f"[{ipaddress.IPv6Address(bare)}]"
    name = domain_to_ascii(text).removesuffix(".")
    if _NUMBER.fullmatch(name):  # browsers read it as an IPv4 address
        return str(ipaddress.IPv4Address(name))
    if not _NAME.fullmatch(name):
        raise ValueError("it is not a host name")
    return name


def domain_to_ascii(domain: str) -> str:
    """Map a domain by UTS 46, and encode its labels that are not ASCII. Raises `ValueError`.

    Not Python's codec `idna`, which implements the older IDNA 2003: it turns straße.example into strasse.example.
    """
    mapped = domain.lower() if domain.isascii() else idna.uts46_remap(domain, std3_rules=False, transitional=False)
    labels = [label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in mapped.split(".")]
    return ".".join(labels)
