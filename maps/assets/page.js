// What folium does not draw: badges, words, keyboard, and a legend that shows and hides.
// Text always enters as text (textContent), never as HTML.
"use strict";

function readable(text) {
  var box = document.createElement("div");
  text.split("\n").forEach(function (line) {
    box.appendChild(document.createElement("p")).textContent = line;
  });
  return box;
}

function furnish(map, layers, page) {
  var box = map.getContainer();
  var marks = [];
  map.attributionControl.setPrefix(false);
  page.attributions.forEach(function (html) { map.attributionControl.addAttribution(html); });
  L.control.zoom({ zoomInTitle: page.zoom_in, zoomOutTitle: page.zoom_out }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  map.getPane("popupPane").setAttribute("aria-live", "polite");
  map.on("popupopen", function (event) {
    var close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
    if (close) close.setAttribute("aria-label", page.close);
  });

  if (layers.cells) {
    layers.cells.getLayers().forEach(function (cell, i) { cell.bindPopup(readable(page.cells[i])); });
  }

  function icon(kind, text) {
    var span = document.createElement("span");
    span.textContent = text;
    return L.divIcon({ className: kind, html: span, iconSize: [0, 0], popupAnchor: [0, -12] });
  }
  if (page.place) {
    L.marker(page.place.at, { icon: icon("place", page.place.text), interactive: false, keyboard: false }).addTo(map);
  }
  page.badges.forEach(function (badge) {
    var mark = L.marker(badge.at, { icon: icon("badge badge-" + badge.kind, badge.text), riseOnHover: true });
    mark.bindPopup(readable(badge.words));
    mark.on("add", function () {
      mark.getElement().setAttribute("aria-label", badge.text + ": " + badge.words.replace(/\n/g, " "));
    });
    layers[badge.kind].addLayer(mark);
    mark.badge = badge;
    marks.push(mark);
  });

  // A cluster's label stands above its hull, or below, left or right where it would cover a label or another hull.
  function boxOf(mark) {
    return mark.getElement().firstChild.getBoundingClientRect();
  }
  function hullOf(mark) {
    var frame = box.getBoundingClientRect(), places = mark.badge.places;
    function at(side) { return map.latLngToContainerPoint(places[side]).add([frame.left, frame.top]); }
    return { left: at("left").x, right: at("right").x, top: at("above").y, bottom: at("below").y };
  }
  function shared(a, b) {
    var wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    var high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return wide > 0 && high > 0 ? wide * high : 0;
  }
  function stand(mark, side) {
    mark.setLatLng(mark.badge.places[side]);
    mark.getElement().dataset.side = side;
  }
  function part() {
    var shown = marks.filter(function (mark) { return mark.getElement(); });
    shown.forEach(function (mark, i) {
      if (!mark.badge.places) return;
      function cost(side) {
        stand(mark, side);
        var own = boxOf(mark);
        return shown.reduce(function (sum, other, j) {
          if (j < i) sum += 4 * shared(own, boxOf(other));
          return j !== i && other.badge.places ? sum + shared(own, hullOf(other)) : sum;
        }, 0);
      }
      var sides = ["above", "below", "left", "right"], costs = sides.map(cost);
      stand(mark, sides[costs.indexOf(Math.min.apply(null, costs))]);
    });
  }
  map.on("zoomend", part);

  document.querySelectorAll("[data-layer]").forEach(function (input) {
    input.addEventListener("change", function () {
      var layer = layers[input.dataset.layer];
      if (input.checked) map.addLayer(layer); else map.removeLayer(layer);
      ["cells", "outline", "clusters", "hotspots"].forEach(function (name) {
        if (layers[name] && map.hasLayer(layers[name])) layers[name].bringToFront();
      });
    });
  });

  // The wheel belongs to the page around until someone is working with the map.
  map.scrollWheelZoom.disable();
  box.addEventListener("focusin", function () { map.scrollWheelZoom.enable(); });
  box.addEventListener("focusout", function () { map.scrollWheelZoom.disable(); });

  box.addEventListener("keydown", function (event) {
    if (event.key === "Escape") map.closePopup();
    if (event.key !== "Enter" || event.target !== box || !layers.cells) return;
    var frame = box.getBoundingClientRect();
    var here = document.elementsFromPoint(frame.left + frame.width / 2, frame.top + frame.height / 2);
    var hit = marks.find(function (mark) {
      return here.some(function (element) { return element.parentNode === mark.getElement(); });
    });
    layers.cells.eachLayer(function (cell) {
      if (!hit && here.indexOf(cell.getElement()) >= 0) hit = cell;
    });
    if (hit) hit.openPopup(hit.getLatLng ? undefined : map.getCenter());
  });

  // The frame may be laid out late or turned on its side: fit again until somebody moves the map.
  var touched = false;
  ["pointerdown", "keydown", "wheel"].forEach(function (name) {
    box.addEventListener(name, function () { touched = true; });
  });
  function fit() {
    if (!page.bounds || touched || !box.clientWidth || !box.clientHeight) return;
    map.fitBounds(page.bounds, { animate: false, paddingTopLeft: [16, 40], paddingBottomRight: [16, 24] });
  }
  new ResizeObserver(function () { map.invalidateSize({ animate: false, pan: false }); fit(); }).observe(box);
  fit();
  part();
}
