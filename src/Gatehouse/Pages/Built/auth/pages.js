"use strict";(()=>{var e=document.currentScript?.dataset.place;e!==void 0&&history.replaceState(null,"",e);})();
