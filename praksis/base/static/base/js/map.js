// The map: land from a file of our own, numbered tiles for the places in the list. The list says everything that the map says.

const START = [60.39, 5.32];

function pin(place) {
  const tandem = place.tandem ? document.getElementById("map-tandem")?.innerHTML ?? "" : "";
  const size = place.tandem ? [58, 30] : [30, 30];
  const number = document.createElement("span");
  number.textContent = place.number ?? "";
  const icon = L.divIcon({
    className: `map-pin${place.active ? " map-pin-active" : ""}`,
    html: number.outerHTML + tandem,
    iconSize: size,
  });
  const marker = L.marker([place.lat, place.lon], { icon, zIndexOffset: place.active ? 1000 : 0 });
  marker.bindPopup(words(place));
  marker.on("add", () => marker.getElement().setAttribute("aria-label", [place.number, place.title].filter(Boolean).join(". ")));
  return marker;
}

function words(place) {
  const box = document.createElement("div");
  const title = document.createElement(place.url ? "a" : "b");
  if (place.url) title.href = place.url;
  title.textContent = place.title;
  const text = document.createElement("p");
  text.textContent = place.text ?? "";
  box.append(title, text);
  return box;
}

async function land(map, address) {
  const answer = await fetch(address);
  if (!answer.ok) return;
  const shapes = L.geoJSON(await answer.json(), { style: { className: "map-land" }, interactive: false });
  shapes.eachLayer((layer) => {
    layer.bindTooltip(layer.feature.properties.name, { permanent: true, direction: "center", className: "map-name", interactive: false });
  });
  shapes.addTo(map).bringToBack();
}

function show(element) {
  const map = L.map(element, { attributionControl: Boolean(element.dataset.tiles), scrollWheelZoom: false, zoomSnap: 0.5, minZoom: 7, maxZoom: 14 });
  map.setView(START, 8.5);
  if (element.dataset.tiles) L.tileLayer(element.dataset.tiles).addTo(map);
  land(map, element.dataset.land);
  const pins = L.layerGroup().addTo(map);
  const draw = () => {
    const data = document.getElementById(element.dataset.map);
    const places = data ? JSON.parse(data.textContent) : [];
    pins.clearLayers();
    places.forEach((place) => pins.addLayer(pin(place)));
    if (places.length) map.fitBounds(L.latLngBounds(places.map((place) => [place.lat, place.lon])).pad(0.25), { maxZoom: 11 });
  };
  draw();
  document.addEventListener("htmx:after:swap", draw);
}

document.querySelectorAll("[data-map]").forEach(show);
