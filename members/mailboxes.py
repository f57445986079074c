"""What a mail address tells about whose it is: its house, or a free mailbox that tells nothing."""

from __future__ import annotations

from urllib.parse import urlsplit

import idna

# Providers where anyone may have a mailbox. Officials of small places use them in good faith: it never refuses anyone.
FREE = frozenset(
    """
    126.com 139.com 163.com abv.bg aol.com bigpond.com bk.ru bluewin.ch bol.com.br btinternet.com centrum.cz daum.net
    duck.com fastmail.com free.fr freemail.hu gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.fr gmx.net googlemail.com
    hanmail.net hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it hushmail.com icloud.com inbox.lv
    inbox.ru interia.pl laposte.net libero.it list.ru live.com live.fr live.nl mac.com mail.com mail.ru me.com msn.com
    naver.com o2.pl onet.pl orange.fr outlook.com outlook.de outlook.es outlook.fr pm.me posteo.de proton.me
    protonmail.com qq.com rediffmail.com rocketmail.com sapo.pt seznam.cz sfr.fr sina.com t-online.de terra.com.br
    tuta.com tutanota.com ukr.net uol.com.br virgilio.it wanadoo.fr web.de wp.pl yahoo.co.id yahoo.co.in yahoo.co.jp
    yahoo.co.uk yahoo.com yahoo.com.ar yahoo.com.br yahoo.com.mx yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru
    ymail.com zoho.com
    """.split()  # noqa: SIM905  a page of words reads better than a page of quotes
)


def normal(address: str) -> str:
    """A mail address as it is kept and looked up: lower case, its domain in the name service's form, so that one mailbox is
    one text however it is typed. What is no address, or lies in a domain that the name service cannot hold, stays as it is
    but for capitals."""
    local, at, domain = address.strip().rpartition("@")
    return f"{local.lower()}{at}{domain_of(domain)}" if at else domain.lower()


def domain_of(mail: str) -> str:
    """The domain of a mail address, in lower case and in the form that the name service knows (punycode).

    By IDNA 2008, with capitals and other widths taken for what they are as browsers do (UTS 46, not transitional): straße.de
    is a domain of its own. Python's codec knows IDNA 2003 alone, for which it is strasse.de, whoever owns that.
    """
    domain = mail.rpartition("@")[2]
    if domain.isascii():  # also with "_", which the name service holds and IDNA doesn't
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True).decode()  # from capitals on: "Σ" has two small forms, and only one is meant
    except idna.IDNAError:
        return domain.lower()


def host_of(website: str) -> str:
    """The host of a web address without "www.", in the name service's form; "" where there is none."""
    try:
        host = urlsplit(website).hostname or ""
    except ValueError:
        return ""
    return domain_of(host).removeprefix("www.")


def is_free(mail: str) -> bool:
    return domain_of(mail) in FREE


def same_house(mail: str, website: str, names: list[str]) -> bool:
    """Whether the mail's domain speaks for the house behind the website.

    It does when it is the website's host or lies below it (mail@social.aarhus.dk for aarhus.dk). A domain *above* the host
    speaks only when it carries the city's own name (aarhus.dk for international.aarhus.dk): a country's shared
    endings (gov.uk, go.ke, ca.gov) lie above thousands of hosts, and no list of them is ever complete. `names` are the
    city's, folded.
    """
    domain, host = domain_of(mail), host_of(website)
    if "." not in domain or "." not in host or domain in FREE:
        return False
    if domain == host or domain.endswith(f".{host}"):
        return True
    own_label = domain.partition(".")[0].replace("-", "")
    return host.endswith(f".{domain}") and any(
        len(name) > 3 and name in own_label for name in ("".join(filter(str.isalnum, name)) for name in names)
    )
