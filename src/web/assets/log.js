// The filter of the log: empty fields do not go into the address, so that it stays short enough to share. The proof of the
// log: its progress, until it is over.
(function () {
  'use strict';
  var proof = document.querySelector('[data-proof]');
  function look() {
    window.loa.get('/api/log/verify').then(function (state) {
      if (!state || state.is_over) { location.reload(); return; }
      proof.querySelector('progress').max = state.rows || 1;
      proof.querySelector('progress').value = state.done;
      proof.querySelector('[data-proof-done]').textContent = state.done;
      setTimeout(look, 500);
    }, function () { setTimeout(look, 3000); });
  }
  if (proof) look();
  var form = document.querySelector('form[role="search"]');
  if (!form) return;
  form.addEventListener('submit', function () {
    Array.prototype.forEach.call(form.querySelectorAll('input, select'), function (field) { if (!field.value) field.disabled = true; });
  });
  // The back button brings the page back as it was left: with fields that are switched off.
  window.addEventListener('pageshow', function () {
    Array.prototype.forEach.call(form.querySelectorAll('[disabled]'), function (field) { field.disabled = false; });
  });
})();
