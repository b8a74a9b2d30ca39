"""A description of the data for catalogues of data: DCAT-AP-NO, which data.norge.no reads."""

from rdflib import DCAT, DCTERMS, OWL, RDF, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import FOAF

from praksis.api.choices import VERSION, licence
from praksis.api.columns import TABLES, Table

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
EU = "http://publications.europa.eu/resource/authority"
FILE_TYPES = {"json": "JSON", "csv": "CSV", "xlsx": "XLSX"}
MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FORMATS = {"ttl": "text/turtle", "jsonld": "application/ld+json", "rdf": "application/rdf+xml"}
WRITTEN = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "pretty-xml"}


def described(form: str, *, site: str, publisher: str) -> str:
    """The catalogue of data in one of FORMATS: what there is, who publishes it, under which licence, where it is fetched.

    Has what DCAT-AP-NO requires: of a catalogue title, description, publisher, contact and datasets; of a dataset title,
    description, identifier, publisher, contact and theme; of a distribution its address, form and licence.
    """
    graph = Graph()
    catalogue, who, contact = URIRef(f"{site}/data/"), URIRef(f"{site}/#utgiver"), BNode()
    graph.add((who, RDF.type, FOAF.Agent))
    graph.add((who, FOAF.name, Literal(publisher, lang="nb")))
    graph.add((contact, RDF.type, VCARD.Organization))
    graph.add((contact, VCARD.fn, Literal(publisher, lang="nb")))
    graph.add((contact, VCARD.hasURL, URIRef(f"{site}/")))
    graph.add((catalogue, RDF.type, DCAT.Catalog))
    _told(graph, catalogue, "Praksistorget", "Åpne data om praksisplasser og praksisordninger.", who, contact)
    graph.add((catalogue, FOAF.homepage, catalogue))
    for table in TABLES.values():
        graph.add((catalogue, DCAT.dataset, _dataset(graph, table, site, who, contact)))
    graph.add((catalogue, DCAT.service, _service(graph, site, who, contact)))
    return graph.serialize(format=WRITTEN[form])


def _told(graph: Graph, thing: URIRef, title: str, about: str, who: URIRef, contact: BNode) -> None:
    graph.add((thing, DCTERMS.title, Literal(title, lang="nb")))
    graph.add((thing, DCTERMS.description, Literal(about, lang="nb")))
    graph.add((thing, DCTERMS.publisher, who))
    graph.add((thing, DCAT.contactPoint, contact))
    graph.add((thing, DCTERMS.license, URIRef(licence().authority)))
    graph.add((thing, DCTERMS.language, URIRef(f"{EU}/language/NOB")))


def _dataset(graph: Graph, table: Table, site: str, who: URIRef, contact: BNode) -> URIRef:
    dataset = URIRef(f"{site}/data/#{table.name}")
    graph.add((dataset, RDF.type, DCAT.Dataset))
    _told(graph, dataset, str(table.label), str(table.about), who, contact)
    graph.add((dataset, DCTERMS.identifier, Literal(str(dataset), datatype=XSD.anyURI)))
    graph.add((dataset, OWL.versionInfo, Literal(VERSION)))
    graph.add((dataset, DCTERMS.accessRights, URIRef(f"{EU}/access-right/PUBLIC")))
    graph.add((dataset, DCTERMS.accrualPeriodicity, URIRef(f"{EU}/frequency/CONT")))
    for theme in ("EDUC", "SOCI"):
        graph.add((dataset, DCAT.theme, URIRef(f"{EU}/data-theme/{theme}")))
    for form, kind in FILE_TYPES.items():
        graph.add((dataset, DCAT.distribution, _distribution(graph, f"{site}/data/{table.name}.{form}", kind, MEDIA_TYPES[form])))
    return dataset


def _distribution(graph: Graph, address: str, kind: str, media: str) -> URIRef:
    one = URIRef(f"{address}#fil")
    graph.add((one, RDF.type, DCAT.Distribution))
    graph.add((one, DCAT.accessURL, URIRef(address)))
    graph.add((one, DCAT.downloadURL, URIRef(address)))
    graph.add((one, DCTERMS.license, URIRef(licence().authority)))
    graph.add((one, DCTERMS.format, URIRef(f"{EU}/file-type/{kind}")))
    graph.add((one, DCAT.mediaType, URIRef(f"https://www.iana.org/assignments/media-types/{media}")))
    return one


def _service(graph: Graph, site: str, who: URIRef, contact: BNode) -> URIRef:
    service = URIRef(f"{site}/api/v1/#api")
    graph.add((service, RDF.type, DCAT.DataService))
    _told(graph, service, "Praksistorgets API", "Plasser, ordninger, virksomheter og medlemmer, med filtre.", who, contact)
    graph.add((service, DCAT.endpointURL, URIRef(f"{site}/api/v1/")))
    graph.add((service, DCAT.endpointDescription, URIRef(f"{site}/api/v1/openapi.json")))
    for table in TABLES:
        graph.add((service, DCAT.servesDataset, URIRef(f"{site}/data/#{table}")))
    return service
