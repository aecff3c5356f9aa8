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

  // Sends a sound as it is: whoever airs it at once must not wait until it was looked into. What is chosen next replaces it.
  // By its selector: the field of the file has its name as an id.
  var staged = form.querySelector('input[name="upload"]');
  var bar = document.getElementById('da-gui'), told = document.getElementById('gui-len'), file = form.querySelector('input[data-upload]'), stop = null;
  // The browser itself tells at once whether it hears a sound in it, and how long it is.
  function hear(sound) {
    var sample = new Audio(), url = URL.createObjectURL(sound);
    sample.preload = 'metadata';
    sample.onloadedmetadata = function () {
      var s = Math.floor(sample.duration);
      URL.revokeObjectURL(url);
      if (isFinite(s)) told.textContent += loa.pick(', dài ', ', length ') + Math.floor(s / 60) + ':' + ('0' + s % 60).slice(-2);
    };
    sample.onerror = function () {
      URL.revokeObjectURL(url);
      told.textContent += loa.pick('. CHÚ Ý: trình duyệt không nghe được âm thanh nào trong tệp này, có thể tệp hỏng; hãy chọn tệp khác hoặc thu âm lại.',
        '. CAUTION: the browser hears no sound in this file, it may be damaged; choose another one or record it anew.');
      told.className = 'notice warn';
    };
    told.className = '';
    sample.src = url;
  }

  function stage(sound, name) {
    if (stop) stop();
    staged.value = '';
    bar.value = 0;
    bar.hidden = false;
    told.textContent = loa.pick('Đang gửi lên…', 'Uploading…');
    stop = loa.upload(sound, name, {
      sending: function (percent) { bar.value = percent; },
      sent: function (id) {
        bar.hidden = true;
        staged.value = id;
        form.elements.upload_name.value = name;
        told.textContent = loa.pick('Đã gửi lên: ', 'Uploaded: ') + name;
        hear(sound);
      },
      failed: function (words, mayTryAgain) {
        bar.hidden = true;
        told.textContent = words + ' ';
        if (!mayTryAgain) return;
        var again = document.createElement('button');
        again.type = 'button';
        again.textContent = loa.pick('Thử lại', 'Try again');
        again.addEventListener('click', function () { stage(sound, name); });
        told.appendChild(again);
      }
    });
  }
  if (file) file.addEventListener('change', function () { if (file.files[0]) stage(file.files[0], file.files[0].name); });

  var place = form.querySelector('[data-recorder]'), mic = form.querySelector('[data-record]');
  if (place && mic) {
    var begin = loa.recorder(place, place.getAttribute('data-worklet'), stage);
    mic.hidden = false;
    mic.addEventListener('click', begin);
  }
})();
