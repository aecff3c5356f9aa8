// Hệ thống: follows a copy that is being made, and opens the page anew when it is done.
(function () {
  'use strict';
  var loa = window.loa, place = document.querySelector('[data-progress]');
  if (!place) return;
  var told = place.querySelector('[data-told]'), tries = 0;

  function again() { setTimeout(ask, document.hidden ? 5000 : 1000); }

  function ask() {
    loa.get(place.getAttribute('data-progress')).then(function (answer) {
      tries = 0;
      var now = answer.now;
      if (now.state !== 'making') { location.reload(); return; }
      told.textContent = loa.pick('Đang sao lưu vào ', 'Copying to ') + now.file + loa.pick(', đã ghi ', ', written: ') + now.written;
      again();
    }, function () {
      tries += 1;
      if (tries < 60) again();
    });
  }
  again();
})();
