// Phát ngay and Khẩn cấp: shows the fields of what is chosen, sends a file as soon as it is chosen, tells of the button that is held.
(function () {
  'use strict';
  var loa = window.loa, form = document.querySelector('form[data-act] .what');
  form = form ? form.closest('form') : null;
  if (!form) return;

  function chosen() { var radio = form.querySelector('input[name="what"]:checked'); return radio ? radio.value : ''; }
  function choose() {
    Array.prototype.forEach.call(form.querySelectorAll('[data-for]'), function (part) { part.hidden = part.getAttribute('data-for') !== chosen(); });
  }
  form.addEventListener('change', function (event) { if (event.target.name === 'what') choose(); });
  choose();

  if (form.elements.held) form.elements.held.value = '1';

  var button = form.querySelector('button.hold'), said = document.getElementById('dang-giu');
  if (button && said) {
    ['pointerdown', 'keydown'].forEach(function (name) { button.addEventListener(name, function () {
      said.textContent = button.classList.contains('held') ? loa.pick('Đang giữ, chưa phát', 'Holding, nothing airs yet') : '';
    }); });
    ['pointerup', 'pointerleave', 'keyup', 'blur'].forEach(function (name) { button.addEventListener(name, function () {
      if (said.textContent) said.textContent = loa.pick('Đã thả nút', 'Released');
    }); });
  }

  // Sends bytes of a sound; what is chosen next replaces it.
  var bar = document.getElementById('da-gui'), told = document.getElementById('gui-len'), running = null;
  loa.stage = function (blob, name) {
    if (running) running.abort();
    form.elements.upload.value = '';
    var request = running = new XMLHttpRequest();
    request.open('POST', '/api/uploads?name=' + encodeURIComponent(name));
    request.setRequestHeader('X-CSRF-Token', loa.csrf());
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.setRequestHeader('X-Act', loa.act());
    request.upload.onprogress = function (event) {
      if (!event.lengthComputable) return;
      bar.hidden = false;
      bar.value = Math.round(100 * event.loaded / event.total);
    };
    request.onload = function () {
      var answer = {};
      try { answer = JSON.parse(request.responseText); } catch (e) { answer = {}; }
      var made = answer.object || {};
      bar.hidden = true;
      if (request.status < 300 && made.upload) {
        form.elements.upload.value = made.upload;
        form.elements.upload_name.value = name;
        told.textContent = loa.pick('Đã gửi lên: ', 'Uploaded: ') + name;
      } else told.textContent = loa.sentence(answer.told) || loa.pick('Chưa gửi lên được, hãy thử lại.', 'It could not be uploaded, try again.');
    };
    request.onerror = function () { bar.hidden = true; told.textContent = loa.lost(); };
    told.textContent = loa.pick('Đang gửi lên…', 'Uploading…');
    request.send(blob);
  };

  var file = form.querySelector('input[data-upload]');
  if (file) file.addEventListener('change', function () { if (file.files[0]) loa.stage(file.files[0], file.files[0].name); });

  var place = form.querySelector('[data-recorder]'), mic = form.querySelector('[data-record]');
  if (place && mic && loa.recorder) {
    var begin = loa.recorder(place, place.getAttribute('data-worklet'), loa.stage);
    mic.hidden = false;
    mic.addEventListener('click', function () { place.hidden = false; begin(); });
  }
})();
