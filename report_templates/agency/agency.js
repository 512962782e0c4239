"use strict";
// The list of machines: searched, narrowed and sorted where the reader is; the panel opens from it.
(function () {
  var table = document.getElementById("machine-table");
  var print = document.getElementById("print-sheet");
  if (print) {
    print.addEventListener("click", function () {
      document.documentElement.classList.add("sheet-only");
      window.print();
      document.documentElement.classList.remove("sheet-only");
    });
  }
  if (!table) { return; }
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var search = document.getElementById("machine-search");
  var show = document.getElementById("machine-show");
  var count = document.getElementById("machine-count");
  rows.forEach(function (row) { row.searched = row.textContent.toLowerCase(); });

  function narrow() {
    var wanted = search.value.toLowerCase();
    var mark = show.value;
    var shown = 0;
    rows.forEach(function (row) {
      var fits = row.searched.indexOf(wanted) >= 0 && (!mark || (" " + row.getAttribute("data-show") + " ").indexOf(" " + mark + " ") >= 0);
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    count.textContent = shown + " / " + rows.length;
  }

  function key(row, column, kind) {
    var cell = row.cells[column];
    if (kind !== "number") { return cell.textContent.trim().toLowerCase(); }
    var given = cell.hasAttribute("data-v") ? cell.getAttribute("data-v") : cell.textContent.replace(/[^0-9-]/g, "");
    return given === "" || given === "-" ? -1 : Number(given);
  }

  function sort(head, column) {
    var kind = head.getAttribute("data-sort");
    var down = head.getAttribute("aria-sort") === "ascending";
    var keyed = rows.map(function (row, place) { return [key(row, column, kind), place, row]; });
    keyed.sort(function (one, other) {
      var order = kind === "number" ? one[0] - other[0] : one[0].localeCompare(other[0], document.documentElement.lang);
      return (down ? -order : order) || one[1] - other[1];
    });
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) { cell.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    keyed.forEach(function (item) { body.appendChild(item[2]); });
  }

  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
    var label = dialog.button("", function () { sort(head, column); }, "sorter");
    while (head.firstChild) { label.appendChild(head.firstChild); }
    head.appendChild(label);
  });
  search.addEventListener("input", narrow);
  show.addEventListener("change", narrow);
  narrow();
})();
