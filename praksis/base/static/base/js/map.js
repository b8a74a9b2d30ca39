// The map: land from a file of our own, numbered tiles for the places in the list. The list says everything that the map says.

const START = [60.39, 5.32];
const APART = 36; // px between two pins; nearer ones become one pin that names them all

function near(map, places) {
  const groups = [];
  places.forEach((place) => {
    const point = map.project([place.lat, place.lon]);
    const group = groups.find((other) => other.point.distanceTo(point) < APART);
    if (group) group.places.push(place);
    else groups.push({ point, places: [place] });
  });
  return groups.map((group) => group.places);
}

function pin(places) {
  const [first] = places;
  const more = places.length > 1;
  const face = document.createElement("span");
  face.className = first.number ? "" : "map-dot";
  face.textContent = first.number ?? "";
  const tandem = first.tandem && !more ? document.getElementById("map-tandem").innerHTML : "";
  const icon = L.divIcon({
    className: `map-pin${places.some((place) => place.active) ? " map-pin-active" : ""}`,
    html: face.outerHTML + (more ? `<small>+${places.length - 1}</small>` : tandem),
    iconSize: [tandem || more ? 58 : 30, 30],
  });
  const marker = L.marker([first.lat, first.lon], { icon }).bindPopup(words(places));
  const name = places.map((place) => [place.number, place.title].filter(Boolean).join(". ")).join(", ");
  const seen = `${face.textContent}${more ? `+${places.length - 1}` : ""}`;
  marker.on("add", () => marker.getElement().setAttribute("aria-label", seen ? `${seen}: ${name}` : name));
  return marker;
}

function words(places) {
  const list = document.createElement("ul");
  places.forEach((place) => {
    const item = list.appendChild(document.createElement("li"));
    const title = item.appendChild(document.createElement(place.url ? "a" : "b"));
    if (place.url) title.href = place.url;
    title.textContent = [place.number, place.title].filter(Boolean).join(". ");
    item.appendChild(document.createElement("p")).textContent = place.text ?? "";
  });
  return list;
}

// A municipality is named where its name has room. Where the page says how much was found there, its name leads to that.
function name(map, shapes, found) {
  const areas = new Map(JSON.parse(document.getElementById("map-areas")?.textContent ?? "[]").map((area) => [area.name, area]));
  found.clearLayers();
  shapes.eachLayer((layer) => {
    const box = layer.getBounds();
    const width = map.project(box.getNorthEast()).x - map.project(box.getSouthWest()).x;
    const area = areas.get(layer.feature.properties.name);
    const hasRoom = width > 9 * layer.feature.properties.name.length;
    layer.getTooltip().setOpacity(hasRoom && !area ? 1 : 0);
    if (area) found.addLayer(areaMark(box.getCenter(), area, hasRoom));
  });
}

function areaMark(at, area, hasRoom) {
  const link = document.createElement("a");
  link.href = area.url;
  link.textContent = hasRoom ? `${area.name} ` : "";
  link.appendChild(document.createElement("b")).textContent = area.count;
  link.setAttribute("aria-label", `${area.name}: ${area.count}`);
  const icon = L.divIcon({ className: "map-area", html: link.outerHTML, iconSize: null });
  return L.marker(at, { icon, interactive: false, keyboard: false });
}

async function land(map, address) {
  const answer = await fetch(address);
  if (!answer.ok) return;
  const found = L.layerGroup().addTo(map);
  const shapes = L.geoJSON(await answer.json(), { style: { className: "map-land" }, interactive: false });
  shapes.eachLayer((layer) => {
    layer.bindTooltip(layer.feature.properties.name, { permanent: true, direction: "center", className: "map-name", interactive: false });
  });
  shapes.addTo(map).bringToBack();
  map.on("zoomend", () => name(map, shapes, found));
  document.addEventListener("htmx:after:swap", () => name(map, shapes, found));
  name(map, shapes, found);
}

function show(element) {
  const tiles = element.dataset.tiles;
  const map = L.map(element, { attributionControl: Boolean(tiles), scrollWheelZoom: false, zoomSnap: 0.5, minZoom: 7, maxZoom: 14 });
  map.setView(START, 8.5);
  if (tiles) L.tileLayer(tiles).addTo(map);
  land(map, element.dataset.land);
  const pins = L.layerGroup().addTo(map);
  let places = [];
  const draw = () => {
    pins.clearLayers();
    near(map, places).forEach((group) => pins.addLayer(pin(group)));
  };
  const read = () => {
    const data = document.getElementById(element.dataset.map);
    places = data ? JSON.parse(data.textContent) : [];
    const all = L.latLngBounds(places.map((place) => [place.lat, place.lon]));
    if (places.length) map.fitBounds(all.pad(0.15), { maxZoom: places.length > 1 ? 11 : 9.5, animate: false });
    draw();
  };
  map.on("zoomend", draw);
  read();
  document.addEventListener("htmx:after:swap", read);
}

document.querySelectorAll("[data-map]").forEach(show);
