"use strict";
// Search, filters and sorting. All texts are set as text, never as markup; without this script every page can be read.
(function () {
  var root = document.documentElement;
  var lang = root.lang;
  root.classList.add("js");

  // "xa cho don" finds "Xã Chợ Đồn": marks are taken off, đ becomes d.
  function plain(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase().replace(/\s+/g, " ").trim();
  }

  function matches(text, wanted) {
    return wanted.every(function (part) { return text.indexOf(part) >= 0; });
  }

  function element(name, text, className) {
    var made = document.createElement(name);
    if (text) { made.textContent = text; }
    if (className) { made.className = className; }
    return made;
  }

  function number(text) {
    var found = /^[\s]*([\d.,]+)/.exec(text);
    if (!found) { return NaN; }
    return parseFloat(lang === "vi" ? found[1].replace(/\./g, "").replace(",", ".") : found[1].replace(/,/g, ""));
  }

  function key(row, place) {
    var cell = row.cells[place];
    if (!cell) { return ""; }
    var value = cell.getAttribute("data-v");
    if (value !== null) { return /^-?[\d.]+$/.test(value) ? parseFloat(value) : value; }
    if (cell.classList.contains("num") || cell.classList.contains("t")) {
      var counted = number(cell.textContent);
      return isNaN(counted) ? -1 : counted;
    }
    return plain(cell.textContent);
  }

  function compare(one, other) {
    if (typeof one === "number" && typeof other === "number") { return one - other; }
    return String(one) < String(other) ? -1 : String(one) > String(other) ? 1 : 0;
  }

  function sortable(table) {
    var headers = Array.prototype.slice.call(table.tHead.rows[0].cells);
    var names = headers.map(function (header) { return header.textContent; });
    // On a telephone the cells of a row stand below each other, each under its name.
    Array.prototype.forEach.call(table.tBodies[0].rows, function (row) {
      for (var place = 1; place < row.cells.length; place += 1) { row.cells[place].setAttribute("data-label", names[place]); }
    });
    headers.forEach(function (header, place) {
      var button = element("button", header.textContent);
      button.type = "button";
      header.textContent = "";
      header.appendChild(button);
      button.addEventListener("click", function () {
        var down = header.getAttribute("aria-sort") === "ascending" || (!header.hasAttribute("aria-sort") && header.classList.contains("num"));
        headers.forEach(function (one) { one.removeAttribute("aria-sort"); });
        header.setAttribute("aria-sort", down ? "descending" : "ascending");
        var body = table.tBodies[0];
        var rows = Array.prototype.map.call(body.rows, function (row, order) { return [key(row, place), order, row]; });
        rows.sort(function (one, other) { return (down ? -compare(one[0], other[0]) : compare(one[0], other[0])) || one[1] - other[1]; });
        rows.forEach(function (item) { body.appendChild(item[2]); });
      });
    });
  }

  function filtered(table) {
    var rows = Array.prototype.slice.call(table.tBodies[0].rows);
    if (rows.length < 12) { return; }
    var texts = null;
    var box = element("div", "", "tablefilter screen-only");
    var input = element("input", "", "filter");
    var said = element("span", "", "small");
    input.type = "search";
    input.setAttribute("aria-label", table.getAttribute("data-filter"));
    input.placeholder = table.getAttribute("data-filter");
    said.setAttribute("role", "status");
    box.appendChild(input);
    box.appendChild(said);
    table.parentNode.insertBefore(box, table);
    input.addEventListener("input", function () {
      texts = texts || rows.map(function (row) { return plain(row.textContent); });
      var wanted = plain(input.value).split(" ");
      var shown = 0;
      rows.forEach(function (row, place) {
        row.hidden = !matches(texts[place], wanted);
        shown += row.hidden ? 0 : 1;
      });
      said.textContent = shown + " / " + rows.length;
    });
  }

  // On a phone every row is a card: each value says which column it is of.
  function labelled(table) {
    var names = Array.prototype.map.call(table.tHead.rows[0].cells, function (cell) { return cell.title || cell.textContent; });
    Array.prototype.forEach.call(table.tBodies[0].rows, function (row) {
      Array.prototype.forEach.call(row.cells, function (cell, place) {
        if (cell.tagName === "TD") { cell.setAttribute("data-label", names[place]); }
      });
    });
  }

  Array.prototype.forEach.call(document.querySelectorAll(".tiles a[aria-label]"), function (link) { link.title = link.getAttribute("aria-label"); });

  Array.prototype.forEach.call(document.querySelectorAll("table[data-sortable]"), function (table) {
    var scroll = element("div", "", "scroll");
    table.parentNode.insertBefore(scroll, table);
    scroll.appendChild(table);
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", table.getAttribute("data-name") || document.title);
    if (window.matchMedia("(max-width: 48rem)").matches) { labelled(table); }
    sortable(table);
    filtered(table);
  });

  var island = document.getElementById("index");
  var data = island ? JSON.parse(island.textContent) : null;
  if (!data || !data.words) { return; }
  var words = data.words;
  var input = document.getElementById("search-text");
  var list = document.getElementById("search-found");
  var count = document.getElementById("search-count");
  // In the order of the page, before anybody sorts the table.
  var agencies = Array.prototype.map.call(document.querySelectorAll("#agencies tbody th a"), function (link) {
    return { name: link.textContent, href: link.getAttribute("href") };
  });
  var entries = null;
  var MOST = 40;

  function entry(kind, name, beside, href) { return { kind: kind, name: name, beside: beside, href: href, text: plain(name) }; }

  function all() {
    var found = agencies.map(function (row) { return entry("agency", row.name, "", row.href); });
    var part = 0;
    var left = data.parts.length ? data.parts[0][1] : 0;
    data.systems.forEach(function (name, place) {
      while (!left && part + 1 < data.parts.length) { part += 1; left = data.parts[part][1]; }
      left -= 1;
      found.push(entry("system", name, "", data.parts[part][0] + "#system-" + place));
    });
    data.machines.forEach(function (row) {
      var agency = agencies[row[0]];
      row[3].split(" ").forEach(function (rest) {
        var name = row[2] + rest;
        found.push(entry("machine", name, agency.name, (row[1] ? "agencies/" + row[1] : agency.href) + "#machine-" + encodeURIComponent(name)));
      });
    });
    return found;
  }

  function show() {
    entries = entries || all();
    list.textContent = "";
    var wanted = plain(input.value);
    if (!wanted) { count.textContent = ""; return; }
    var parts = wanted.split(" ");
    var found = entries.filter(function (one) { return matches(one.text, parts); });
    // What begins with the words comes first.
    found.sort(function (one, other) { return (one.text.indexOf(wanted) === 0 ? 0 : 1) - (other.text.indexOf(wanted) === 0 ? 0 : 1); });
    found.slice(0, MOST).forEach(function (one) {
      var item = element("li");
      var link = element("a", one.name);
      link.href = one.href;
      item.appendChild(link);
      item.appendChild(element("span", words[one.kind] + (one.beside ? " · " + one.beside : ""), "small"));
      list.appendChild(item);
    });
    count.textContent = !found.length ? words.nothing : (found.length > MOST ? words.many : words.found).replace("{count}", found.length).replace("{shown}", MOST);
  }

  input.addEventListener("input", show);
  input.addEventListener("keydown", function (event) {
    var first = list.querySelector("a");
    if (event.key === "Enter" && first) { window.location.href = first.href; }
    if (event.key === "Escape") { input.value = ""; show(); }
  });
})();
