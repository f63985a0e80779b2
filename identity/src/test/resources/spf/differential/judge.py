#!/usr/bin/python3
# Judges by pyspf. Arguments: the port of a name server on 127.0.0.1. Lines in: client, sender, HELO, with tabs between.
# Lines out: result and what it said, with a tab between.
import sys

import DNS
import spf

PORT = int(sys.argv[1])


def lookup(name, qtype, strict=True, timeout=20):
    # pyspf's own leaves a server's failure over UDP unseen.
    try:
        reply = DNS.DnsRequest(
            name, qtype=qtype, server=["127.0.0.1"], port=PORT, timeout=5
        ).req()
        if reply.header["tc"]:
            reply = DNS.DnsRequest(
                name, qtype=qtype, server=["127.0.0.1"], port=PORT, timeout=5, protocol="tcp"
            ).req()
    except DNS.DNSError as problem:
        raise spf.TempError("DNS " + str(problem))
    if reply.header["rcode"] not in (0, 3):
        raise spf.TempError("%s on DNS '%s' lookup of '%s'" % (reply.header["status"], qtype, name))
    return [((a["name"], a["typename"]), a["data"]) for a in reply.answers]


spf.DNSLookup = lookup

for line in sys.stdin:
    client, sender, helo = line.rstrip("\n").split("\t")
    try:
        query = spf.query(i=client, s=sender, h=helo, receiver="mx.receiver.example", querytime=20)
        result, _, said = query.check()
    except Exception as problem:
        result, said = "crash", repr(problem)
    print(result, " ".join(said.split()), sep="\t", flush=True)
