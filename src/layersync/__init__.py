"""layersync keeps records of the Layers Partner API in step with a spreadsheet."""
