"""What can be synced. Adding a resource is one file in this folder and one entry here."""

from layersync.resources.influencer import INFLUENCERS
from layersync.resources.project import PROJECTS
from layersync.resources.resource import Resource

RESOURCES: dict[str, Resource] = {resource.name: resource for resource in (PROJECTS, INFLUENCERS)}
