// The script inside the block's HTML: @plotdb/block evaluates it with a `module` of its own.
import { definition } from "./definition";

declare const module: { exports: unknown };

module.exports = definition;
