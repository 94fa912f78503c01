"""The area of one shape is that by which overlays and imports measure."""

import pytest
import shapely

from services.cases.adapters.patch_geometry import ellipsoidal_areas
from services.cases.domain.outline import decoded
from services.cases.domain.shape_area import area_of
from shared.area import square_metres

YARD = shapely.box(105.68, 37.42, 105.6812, 37.4207)
HOLED = shapely.Polygon(YARD.exterior.coords, [shapely.box(105.6803, 37.4202, 105.6806, 37.4204).exterior.coords])
TOWNSHIP = shapely.box(105.5, 37.3, 105.9, 37.6)
PARTS = shapely.MultiPolygon([HOLED, shapely.Polygon([(105.7, 37.5), (105.7, 37.501), (105.701, 37.5)])])


@pytest.mark.parametrize("shape", [YARD, HOLED, TOWNSHIP, PARTS], ids=["box", "hole", "township", "parts"])
def test_it_is_the_same_to_the_hundredth(shape: shapely.Geometry) -> None:
    measured = ellipsoidal_areas(shapely.from_wkb([shapely.to_wkb(shape)]))[0]  # an array of one
    assert area_of(decoded(shapely.to_wkb(shape, byte_order=1))) == square_metres(float(measured))
