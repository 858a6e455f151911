import { GatehousePanel } from "./element";

export { GatehousePanel };

if (!customElements.get("gatehouse-panel"))
  customElements.define("gatehouse-panel", GatehousePanel);
