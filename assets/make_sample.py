"""Makes assets/sample.tif and assets/sample_mask.tif, the synthetic study that opens on first run.

It is for looking at and for tests: a brain from the ICBM 2009a template, a painted head around it and a planted
lesion of known truth. It is not patient data, not a phantom for physics, and nothing to train or measure a net on.

Needs Python >= 3.10 with numpy, scipy, nilearn (for the template files that it carries) and pillow; no network.
Run from anywhere, about a minute:

    python assets/make_sample.py [--out FOLDER]

Every random number comes from one seed, so two runs with the same library versions write the same bytes.

Units are millimeters in the template's own space (X right, Y anterior, Z up, zero at the anterior commissure).
Volumes are arrays [plane, row, column]; five thin planes are averaged into each slice, as a thick slice does.
The three channels of every color are pre-contrast T1, FLAIR, post-contrast T1, on the 0..255 scale of the file.
"""

import argparse
from pathlib import Path

import nibabel
import nilearn.datasets
import numpy as np
from PIL import Image
from scipy import ndimage

SEED = 2009
SIDE_PX = 256
SLICES = 24
PLANES_PER_SLICE = 5
PIXEL_MM = 0.97
PLANE_MM = 1.1
FIRST_SLICE_Z_MM = -44.0
VOXEL_MM = (PLANE_MM, PIXEL_MM, PIXEL_MM)
CENTER_ROW_COLUMN = (135.0, 128.0)
CENTER_Y_MM = -17.0

# What each tissue looks like: (pre-contrast T1, FLAIR, post-contrast T1), gray values before bias and noise.
# The levels lie where the 10th, 50th, 90th and 99th percentiles of clinical spin-echo heads lie.
WHITE = (92.0, 52.0, 73.0)
GRAY = (76.0, 70.0, 65.0)
FLUID = (27.0, 12.0, 22.0)
FAT = (186.0, 166.0, 150.0)
SKIN = (96.0, 92.0, 104.0)
MUSCLE = (54.0, 46.0, 74.0)
BONE = (13.0, 10.0, 14.0)
MARROW = (92.0, 66.0, 84.0)
AIR = (4.0, 4.0, 4.0)
MUCOSA = (58.0, 92.0, 128.0)
VITREOUS = (24.0, 12.0, 22.0)
NERVE = (68.0, 58.0, 70.0)
VEIN = (34.0, 34.0, 152.0)
EDEMA = (69.0, 124.0, 53.0)
SOLID = (62.0, 128.0, 92.0)
NECROSIS = (44.0, 112.0, 34.0)
RIM = (74.0, 132.0, 150.0)

# The lesion's lobes: center X, Y, Z and radius. Its edema follows the white matter around them.
LOBES = ((35, -27, 33, 12), (41, -15, 37, 9), (31, -39, 28, 10), (43, -31, 42, 8), (29, -18, 24, 8), (34, -43, 39, 8))
LESION_CENTER = (35.0, -27.0, 33.0)
# A reader outlines what looks brighter than the brain around it: a little under half a slice's thickness shows.
VISIBLE_SHARE = 0.42
EDEMA_RADII_MM = (23.5, 31.0, 23.0)


def smooth_step(value, low, high):
    """0 below low, 1 above high, smooth between: the soft edge of everything painted."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def smooth_noise(rng, shape, sigma_mm, mirrored=0.0):
    """Unit-variance noise of one grain size; mirrored > 0 makes left and right alike, as anatomy is."""
    coarse = max(1.0, sigma_mm / 3.0)
    small = [max(4, int(np.ceil(n * s / coarse))) for n, s in zip(shape, VOXEL_MM)]
    field = ndimage.gaussian_filter(rng.standard_normal(small), sigma_mm / coarse)
    if mirrored:
        field = (1 - mirrored) * field + mirrored * field[:, :, ::-1]
    field = ndimage.zoom(field, [n / m for n, m in zip(shape, small)], order=1, grid_mode=True, mode="nearest")
    return ((field - field.mean()) / field.std()).astype(np.float32)


def paint(image, color, alpha):
    """Lays a color (three gray values or three volumes) over the image where alpha is 1."""
    for channel, value in zip(image, color):
        channel += alpha * (value - channel)


def scaled(color, field):
    """A color whose three channels all vary with one field around 1."""
    return [value * field for value in color]


class Space:
    """Where each voxel lies in the template: a head turned a little, and no two halves quite alike."""

    def __init__(self, rng):
        shape = (SLICES * PLANES_PER_SLICE, SIDE_PX, SIDE_PX)
        first = FIRST_SLICE_Z_MM - PLANE_MM * (PLANES_PER_SLICE - 1) / 2
        z, row, column = np.meshgrid(*[np.arange(n, dtype=np.float32) for n in shape], indexing="ij")
        x = -(column - CENTER_ROW_COLUMN[1]) * PIXEL_MM
        y = -(row - CENTER_ROW_COLUMN[0]) * PIXEL_MM
        z = first + z * PLANE_MM
        turn, roll = np.deg2rad(2.6), np.deg2rad(-1.4)
        x, y = np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y
        x, z = np.cos(roll) * x - np.sin(roll) * z, np.sin(roll) * x + np.cos(roll) * z
        warp = [1.9 * smooth_noise(rng, shape, 28) + 0.7 * smooth_noise(rng, shape, 9) for _ in range(3)]
        self.shape = shape
        self.x, self.y, self.z = x + warp[0], y + CENTER_Y_MM + warp[1], z + warp[2]

    def distance(self, x, y, z, stretch=(1, 1, 1)):
        """Millimeters from a point, the axes stretched: the soft ellipsoids of the face."""
        parts = zip((self.x, self.y, self.z), (x, y, z), stretch)
        return np.sqrt(sum(((a - b) / s) ** 2 for a, b, s in parts))

    def pushed_by_lesion(self):
        """Template coordinates of the brain, with the tissue around the lesion pushed away from it."""
        radius = self.distance(*LESION_CENTER)
        shrink = 1 - 0.17 * np.exp(-((radius / 34.0) ** 2))
        axes = zip((self.x, self.y, self.z), LESION_CENTER)
        return [center + (axis - center) * shrink for axis, center in axes]


def template(space):
    """T1 and the tissue shares of fluid, gray and white matter, sampled where the head's voxels lie."""
    folder = Path(nilearn.datasets.__file__).parent / "data"
    coordinates = space.pushed_by_lesion()

    def sample(kind):
        image = nibabel.load(folder / f"mni_icbm152_{kind}_tal_nlin_sym_09a_converted.nii.gz")
        data = np.asarray(image.dataobj, dtype=np.float32)
        index = [axis - image.affine[i, 3] for i, axis in enumerate(coordinates)]
        return ndimage.map_coordinates(data, index, order=1, mode="constant").astype(np.float32)

    t1, gray, white = sample("t1"), sample("gm") / 255, sample("wm") / 255
    brain = smooth_step(t1, 20, 70)
    sharp = t1 + 0.9 * brain * (t1 - ndimage.gaussian_filter(t1, 2.6) / (ndimage.gaussian_filter(brain, 2.6) + 1e-3))
    fluid = np.clip(1 - gray - white, 0, 1) + 0.7 * smooth_step(-sharp, -152, -105)
    # An average of 152 people has soft borders; powers of the shares bring one person's back.
    powers = [share**1.9 for share in (fluid, gray, white)]
    total = sum(powers) + 1e-6
    return np.clip(sharp, 0, 235), brain, [share / total for share in powers]


def distance_outside(mask):
    """Signed millimeters: positive outside the mask, negative inside."""
    outside = ndimage.distance_transform_edt(~mask, sampling=VOXEL_MM)
    inside = ndimage.distance_transform_edt(mask, sampling=VOXEL_MM)
    return (outside - inside).astype(np.float32)


def closed(mask, radius_mm):
    """Closing with a ball, by distances; padded above, where the head ends."""
    padding = int(np.ceil(radius_mm / PLANE_MM)) + 1
    padded = np.pad(mask, ((0, padding), (0, 0), (0, 0)))
    grown = ndimage.distance_transform_edt(~padded, sampling=VOXEL_MM) < radius_mm
    return ndimage.distance_transform_edt(grown, sampling=VOXEL_MM)[: len(mask)] > radius_mm


def rounded(plane, radius_px=36):
    """A closing of one plane, so that no outline has a waist."""
    padded = np.pad(plane, radius_px + 2)
    grown = ndimage.distance_transform_edt(~padded) < radius_px
    inner = ndimage.distance_transform_edt(grown) > radius_px
    return inner[radius_px + 2 : -radius_px - 2, radius_px + 2 : -radius_px - 2]


def head_mask(space, outside_hull):
    """The whole head: the vault around the brain, and below it the base, the face and the nose."""
    x, y, z = space.x, space.y, space.z
    vault = outside_hull < 12.5 - 1.5 * smooth_step(z, 40, 85)
    low = smooth_step(-z, 2, 16)
    fall = np.clip(-z - 8, 0, 60)
    base = (np.abs(x) / (79 - 0.07 * fall)) ** 2.4 + (np.abs(y + 17) / (101 - 0.3 * fall)) ** 2.1 < 1
    cheek = 71 - 0.13 * np.clip(y - 20, 0, 90)
    face = (np.abs(x) / cheek) ** 3.2 + (np.abs(y - 10) / (76 + 6 * low)) ** 3.2 < 1
    reach = np.clip(-z - 22, 0, 24)
    nose = (np.abs(x) < 5 + 0.42 * reach - 0.33 * np.clip(y - 88, 0, 60)) & (y > 40) & (y < 90 + 0.8 * reach) & (z < -23)
    mask = vault | ((low > 0.5) & (base | face))
    mask = np.stack([ndimage.gaussian_filter(rounded(plane).astype(np.float32), 6) > 0.5 for plane in mask])
    eyes = np.minimum(space.distance(32, 63, -31), space.distance(-32, 63, -31)) < 14.5
    mask = ndimage.gaussian_filter((mask | vault | nose | eyes).astype(np.float32), 2.2) > 0.5
    labels, _ = ndimage.label(mask)
    return labels == np.bincount(labels[mask]).argmax()


def paint_scalp(space, rng, image, depth):
    """Muscle and fat in the depth, bright fat under the skin, and the ears."""
    shape = space.shape
    grain = 1 + 0.05 * smooth_noise(rng, shape, 2.0) + 0.05 * smooth_noise(rng, shape, 9)
    inside = smooth_step(depth, -0.6, 0.6)
    paint(image, scaled(MUSCLE, grain), inside)
    mosaic = smooth_noise(rng, shape, 4.5, mirrored=0.45) + 0.5 * smooth_noise(rng, shape, 2.2, mirrored=0.4)
    low = smooth_step(-space.z, 5, 25)
    paint(image, scaled(FAT, grain * 0.85), inside * low * smooth_step(mosaic, 0.75, 1.3))
    paint(image, BONE, inside * low * smooth_step(-mosaic, 1.0, 1.5) * 0.8)
    cheeks = smooth_step(-space.z, 22, 40) * smooth_step(space.y, -5, 30) * smooth_step(np.abs(space.x), 25, 45)
    thick = 5.6 + 0.5 * smooth_noise(rng, shape, 16) + 2.2 * smooth_step(-space.y, 40, 100) + 3.5 * cheeks
    thick = thick - 2.6 * smooth_step(-space.z, 15, 30) * smooth_step(space.y, 60, 80)
    strands = 1 - 0.14 * smooth_step(smooth_noise(rng, shape, 1.6), 0.9, 1.8)
    paint(image, scaled(FAT, grain * strands), inside * smooth_step(-depth, -thick - 0.7, -thick + 0.7))
    paint(image, SKIN, inside * smooth_step(-depth, -1.9, -0.9))
    for side in (-1, 1):
        paint_ear(space, image, side, depth, grain)


def paint_ear(space, image, side, depth, grain):
    """A curled leaf of skin and fat that leans outward and back."""
    out, back = side * space.x - 73, -(space.y + 22)
    along, across = 0.62 * out + 0.78 * back, 0.78 * out - 0.62 * back
    height = np.sqrt(np.clip(1 - ((space.z + 27) / 26) ** 2, 0, 1))
    leaf = np.abs(across - 2.6 - 2.4 * np.sin(along / 4.2 + 0.06 * space.z))
    alpha = smooth_step(-leaf, -2.3, -1.0) * smooth_step(24 * height - along, -1, 1.5) * smooth_step(along, -2, 0)
    rolled = smooth_step(-np.hypot(along - 23 * height, across - 4), -3.6, -2.0) * smooth_step(height, 0.7, 0.95)
    paint(image, scaled(FAT, 0.6 * grain), np.maximum(alpha, rolled) * smooth_step(height, 0.3, 0.7) * smooth_step(-depth, -2.0, 1.0))


def paint_skull(space, rng, image, outside_hull, depth):
    """Two dark tables with marrow between them, and the dense bone and air cells of the base."""
    shape = space.shape
    inside = smooth_step(depth, 3.0, 4.5)
    thick = 5.0 + 0.7 * smooth_noise(rng, shape, 16) + 1.4 * smooth_step(space.z, 30, 75)
    across = (outside_hull - 1.6) / thick
    paint(image, BONE, inside * smooth_step(across, -0.08, 0.06) * smooth_step(-across, -1.1, -0.92))
    marrow = np.clip(0.45 + 0.4 * smooth_noise(rng, shape, 9), 0, 1) * smooth_step(space.z, -30, 5)
    paint(image, MARROW, inside * marrow * smooth_step(-np.abs(across - 0.55), -0.28, -0.08))
    cells = smooth_noise(rng, shape, 2.0, mirrored=0.3)
    outside = smooth_step(outside_hull, 1.0, 2.2)
    for side in (-1, 1):
        petrous = space.distance(side * 41, -29, -40, (1.5, 0.85, 0.75))
        alpha = smooth_step(-petrous, -17, -14) * outside * inside
        paint(image, BONE, alpha)
        paint(image, MARROW, alpha * smooth_step(cells, 0.6, 1.3) * 0.7)
        paint(image, VEIN, smooth_step(-space.distance(side * 14, 3, -32, (0.8, 1.3, 1.2)), -6, -4) * outside)
    paint(image, scaled(MARROW, 1.25), smooth_step(-space.distance(0, -2, -38, (1.3, 0.8, 1.4)), -9, -7) * outside)
    sphenoid = space.distance(0, 17, -32, (1.1, 1.2, 0.85)) + 1.6 * smooth_noise(rng, shape, 5)
    paint(image, scaled(MUCOSA, 0.7), smooth_step(-sphenoid, -11.5, -9.5) * outside)
    septum = smooth_step(np.abs(space.x - 2 - 0.1 * space.y), 0.3, 1.3)
    paint(image, AIR, smooth_step(-sphenoid, -10.6, -9.2) * outside * (0.5 + 0.5 * septum))
    paint(image, AIR, smooth_step(-space.distance(3, 79, -14, (2.2, 0.5, 1.0)), -7, -5.5) * outside)


def paint_face(space, rng, image, outside_hull):
    """Nasal cavity, maxillary sinuses, orbits with their fat, muscles, nerve, eyeball and lens."""
    x, y, z = space.x, space.y, space.z
    outside = smooth_step(outside_hull, 4.0, 6.0)
    wave = 1.1 * smooth_noise(rng, space.shape, 5) + 0.7 * smooth_noise(rng, space.shape, 2.2)
    width = 9.5 + 5 * smooth_step(-z, 34, 46)
    nasal = smooth_step(width - np.abs(x), -0.8, 0.8) * smooth_step(y, 30, 33) * smooth_step(-y, -86, -80)
    nasal = nasal * smooth_step(-z, 24, 27) * outside
    paint(image, BONE, nasal)
    lamella = np.cos((np.abs(x) / (0.42 * width) + 0.24 * wave) * 2 * np.pi)
    cells = lamella + 0.8 * smooth_noise(rng, space.shape, 2.0, mirrored=0.4)
    paint(image, scaled(MUCOSA, 0.9), nasal * smooth_step(cells, 0.1, 0.8))
    paint(image, scaled(MUCOSA, 0.9), nasal * smooth_step(-np.abs(x - 0.6 - 0.8 * wave), -1.5, -0.7))
    for side in (-1, 1):
        maxillary = space.distance(side * 31, 50, -57, (0.95, 1.15, 1.0)) + 0.8 * wave
        paint(image, MUCOSA, smooth_step(-maxillary, -16.5, -15))
        paint(image, AIR, smooth_step(-maxillary, -15.2, -14.2))
        paint_orbit(space, image, side, outside)


def paint_orbit(space, image, side, outside):
    """One eye socket: a cone of fat from the eyeball back to its apex."""
    eye, apex = np.array((side * 32.0, 63.0, -31.0)), np.array((side * 14.0, 24.0, -27.0))
    axis = (apex - eye) / np.linalg.norm(apex - eye)
    rel = [a - b for a, b in zip((space.x, space.y, space.z), eye)]
    along = sum(r * a for r, a in zip(rel, axis))
    across = np.sqrt(np.maximum(sum(r * r for r in rel) - along**2, 0))
    cone = np.clip(17.5 - 0.34 * np.clip(along, 0, 60), 0, 18)
    within = smooth_step(-along, -43, -40) * smooth_step(along, -9, -5) * outside
    paint(image, BONE, within * smooth_step(cone + 2.2 - across, -0.6, 0.6))
    paint(image, FAT, within * smooth_step(cone - across, -0.6, 0.6))
    turned = np.arctan2(rel[2], rel[0])
    muscles = smooth_step(np.cos(4 * turned), 0.1, 0.75) * smooth_step(-np.abs(across - 0.62 * cone), -2.6, -1.2)
    paint(image, scaled(MUSCLE, 1.1), within * muscles * smooth_step(along, 2, 6))
    paint(image, NERVE, within * smooth_step(-across, -2.9, -1.8) * smooth_step(along, 8, 11))
    ball = space.distance(*eye)
    paint(image, SKIN, smooth_step(-ball, -13.0, -12.2))
    paint(image, VITREOUS, smooth_step(-ball, -11.9, -11.1))
    lens = space.distance(eye[0], eye[1] + 8.6, eye[2], (1.0, 0.5, 1.0))
    paint(image, scaled(NERVE, 0.9), smooth_step(-lens, -4.6, -3.6))


def paint_brain(space, rng, image, t1, brain, shares, outside_hull):
    """Fluid within the skull, then the template's tissue in three contrasts."""
    shape = space.shape
    paint(image, FLUID, smooth_step(-outside_hull, -2.0, -0.9))
    patchy = np.clip(0.3 + 0.25 * smooth_noise(rng, shape, 7), 0, 0.8)
    paint(image, (40.0, 34.0, 92.0), patchy * smooth_step(-np.abs(outside_hull - 1.6), -0.9, -0.2))
    falx = smooth_step(-np.abs(space.x), -1.0, -0.3) * smooth_step(space.z, 12, 18) * (1 - brain * shares[1])
    paint(image, (64.0, 50.0, 108.0), 0.5 * falx * smooth_step(-outside_hull, 0, 1))
    fluid, gray, white = shares
    grain = 1 + 0.022 * smooth_noise(rng, shape, 1.3) + 0.02 * smooth_noise(rng, shape, 6)
    # The template's own T1 keeps what the shares lose: thalamus, brain stem, the thin tracts.
    detail = np.clip((t1 - 73) / 150, 0, 1.05)
    colors = []
    for channel in range(3):
        mixed = fluid * FLUID[channel] + gray * GRAY[channel] + white * WHITE[channel]
        if channel != 1:
            mixed = 0.62 * mixed + 0.38 * (FLUID[channel] + detail * (WHITE[channel] - FLUID[channel]))
        colors.append(mixed * grain)
    colors[1] = colors[1] * (1 - 0.08 * white * smooth_step(detail, 0.85, 1.0))
    paint(image, colors, brain)


def vessel_points(rng, outside_hull, count):
    """Random walks along the brain's surface: cortical veins, as lists of voxel positions."""
    surface = np.argwhere(np.abs(outside_hull) < 0.6)
    surface = surface[(surface[:, 0] > 30) & (surface[:, 0] < 98)]
    points = []
    for start in surface[rng.integers(0, len(surface), count)]:
        place, heading = start.astype(float), rng.standard_normal(3)
        for _ in range(int(rng.integers(10, 40))):
            heading = 0.85 * heading / np.linalg.norm(heading) + 0.25 * rng.standard_normal(3)
            place = place + heading / np.linalg.norm(heading)
            index = tuple(np.clip(np.round(place).astype(int), 0, np.array(outside_hull.shape) - 1))
            if not -5 < outside_hull[index] < 1.2:
                break
            points.append(index)
    return np.array(points)


def paint_vessels(space, rng, image, shares, outside_hull):
    """What contrast lights up: the sinuses, cortical veins, choroid plexus; in the others they are dark."""
    x, y, z = space.x, space.y, space.z
    deep = np.clip((outside_hull + 7.5) / 8.5, 0, 1)
    sagittal = smooth_step(4.4 * deep - np.abs(x), -0.6, 1.2) * smooth_step(-outside_hull, -1.8, -0.8)
    sagittal = sagittal * smooth_step(deep, 0.02, 0.15) * smooth_step(y * 0.4 + z, -25, -10)
    sagittal = sagittal * np.maximum(smooth_step(-y, 15, 45), 0.8 * smooth_step(z, 20, 50)) * (1 - 0.45 * smooth_step(z, 62, 80))
    near = smooth_step(-np.abs(outside_hull + 0.2), -3.0, -1.6)
    transverse = near * smooth_step(-np.abs(z + 14 + 0.1 * np.abs(x)), -3.2, -2.0) * smooth_step(-y, 58, 70)
    straight = smooth_step(-np.hypot(x, 0.75 * (z - 6) - 0.5 * (y + 45)), -2.6, -1.4)
    straight = straight * smooth_step(-y, 36, 40) * smooth_step(y, -78, -74)
    paint(image, VEIN, np.maximum(sagittal, 0.55 * transverse) * 0.95)
    paint(image, (40.0, 30.0, 128.0), straight)
    veins = np.zeros(space.shape, dtype=np.float32)
    points = vessel_points(rng, outside_hull, 600)
    veins[tuple(points.T)] = 1
    veins = np.clip(2.6 * ndimage.gaussian_filter(veins, 0.75), 0, 1)
    paint(image, (46.0, 34.0, 138.0), veins * 0.8)
    for side in (-1, 1):
        bend = [3.4 * smooth_noise(rng, space.shape, 9) for _ in range(2)]
        artery = np.hypot(y - 2 - 0.12 * np.abs(x) + bend[0], z + 15 - 0.12 * np.abs(x) + bend[1])
        artery = smooth_step(-artery, -1.9, -0.9)
        paint(image, (30.0, 24.0, 118.0), 0.8 * artery * smooth_step(side * x, 6, 9) * smooth_step(-side * x, -36, -30))
        plexus = smooth_step(-space.distance(side * 22, -40, 12, (0.9, 1.5, 1.2)), -7, -4) * shares[0]
        paint(image, (60.0, 50.0, 120.0), plexus * smooth_step(smooth_noise(rng, space.shape, 2), -0.4, 0.6))


def lesion(space, rng, brain, shares):
    """Shares of edema, how strong it is there, solid part, rim and necrosis; edema and solid part are the truth."""
    shape = space.shape
    lobes = [space.distance(*lobe[:3]) / lobe[3] for lobe in LOBES]
    field = sum(np.exp(-1.6 * (lobe**2)) for lobe in lobes)
    field = field * np.clip(1 + 0.2 * smooth_noise(rng, shape, 5) + 0.1 * smooth_noise(rng, shape, 2.5), 0.3, 1.7)
    # Radius-like: 1 on the tumor's surface, less inside.
    inward = np.sqrt(np.maximum(-np.log(np.clip(field, 1e-6, 4)) / 1.6, 0))
    solid = smooth_step(-inward, -1.05, -0.95)
    wall = 0.86 + 0.05 * smooth_noise(rng, shape, 6)
    rim = smooth_step(-np.abs(inward - wall), -0.16 - 0.045 * np.clip(smooth_noise(rng, shape, 7), -2, 2), -0.05)
    necrosis = smooth_step(-inward, -0.80, -0.66)
    fingers = 0.15 * smooth_noise(rng, shape, 9) + 0.06 * smooth_noise(rng, shape, 3.5)
    axes = zip((space.x, space.y, space.z), LESION_CENTER, EDEMA_RADII_MM)
    spread = sum(np.abs((axis - center) / radius) ** 2.7 for axis, center, radius in axes) ** (1 / 2.7)
    matter = ndimage.gaussian_filter(shares[2], 1.6)
    drive = 1.02 + fingers + 0.26 * (matter - 0.5) - 0.5 * shares[0] - spread
    drive = drive - 0.6 * smooth_step(np.abs(space.z - LESION_CENTER[2]), 26, 31)
    drive = ndimage.gaussian_filter(np.where(space.x < 5, -1, drive), 1.0)
    edema = np.maximum(smooth_step(drive, -0.035, 0.035), solid)
    edema = edema * smooth_step(brain, 0.4, 0.9) * smooth_step(-shares[0], -0.75, -0.45)
    labels, _ = ndimage.label(edema > 0.5)
    center = labels[edema > 0.5]
    edema = edema * ndimage.binary_dilation(labels == np.bincount(center).argmax(), iterations=2)
    fading = 0.84 + 0.16 * smooth_step(drive, 0.0, 0.35)
    return edema, fading, solid * brain, rim * solid * brain, necrosis


def paint_lesion(space, rng, image, parts):
    """The lesion over the brain, uneven as real ones are."""
    edema, fading, solid, rim, necrosis = parts
    shape = space.shape
    uneven = 1 + 0.09 * smooth_noise(rng, shape, 7) + 0.035 * smooth_noise(rng, shape, 2)
    paint(image, scaled(EDEMA, uneven), 0.95 * edema * fading)
    paint(image, scaled(SOLID, uneven), 0.9 * solid)
    paint(image, scaled(NECROSIS, uneven), 0.9 * solid * necrosis)
    patchy = np.clip(0.8 + 0.45 * smooth_noise(rng, shape, 5), 0.25, 1.1)
    paint(image, scaled(RIM, uneven), rim * patchy)


def thick_slices(volume):
    """Five thin planes into one slice."""
    return volume.reshape(SLICES, PLANES_PER_SLICE, SIDE_PX, SIDE_PX).mean(axis=1)


def scanner(rng, image):
    """What a scanner adds: thick slices, blur, bias field, faint ghosts and Rician noise; then 8 bits."""
    channels = []
    for volume, blur, noise in zip(image, (0.55, 0.7, 0.6), (2.0, 2.5, 2.2)):
        slices = ndimage.gaussian_filter(thick_slices(volume), (0, blur, blur))
        row, column = np.meshgrid(*[np.linspace(-1, 1, SIDE_PX)] * 2, indexing="ij")
        a, b, c, d = rng.uniform(-1, 1, 4)
        bias = 1 + 0.05 * a * row + 0.04 * b * column + 0.04 * c * row * column + 0.05 * (row**2 + column**2 - 0.4)
        slices = slices * bias * (1 + 0.015 * d * np.linspace(-1, 1, SLICES))[:, None, None]
        slices = slices + 0.012 * np.roll(slices, 97, axis=1) + 0.008 * np.roll(slices, -88, axis=2)
        real, imaginary = (ndimage.gaussian_filter(rng.standard_normal(slices.shape), (0, 0.45, 0.45)) for _ in range(2))
        scale = noise / real.std()
        channels.append(np.hypot(slices + scale * real, scale * imaginary))
    return np.clip(np.round(np.stack(channels, axis=-1)), 0, 255).astype(np.uint8)


def write_tiff(path, pages):
    """One multi-page TIFF, losslessly deflated with the horizontal predictor."""
    images = [Image.fromarray(page) for page in pages]
    images[0].save(path, save_all=True, append_images=images[1:], compression="tiff_adobe_deflate", tiffinfo={317: 2})


def main():
    """Builds the study and prints the truth's area slice by slice."""
    parser = argparse.ArgumentParser(description="makes the synthetic sample study")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder for the two files")
    folder = parser.parse_args().out
    # A stream of its own for every part, so that a change in one leaves the others as they were.
    streams = iter(np.random.default_rng(SEED).spawn(9))
    space = Space(next(streams))
    t1, brain, shares = template(space)
    # The vault is smooth over the brain's folds; the base follows them.
    vault = ndimage.gaussian_filter(distance_outside(closed(brain > 0.5, 22.0)), 9.0)
    base = ndimage.gaussian_filter(distance_outside(closed(brain > 0.5, 7.0)), 1.2)
    high = smooth_step(space.z, -16, 6)
    outside_hull = high * vault + (1 - high) * base
    depth = -ndimage.gaussian_filter(distance_outside(head_mask(space, outside_hull)), 0.8)
    image = [np.zeros(space.shape, dtype=np.float32) for _ in range(3)]
    paint_scalp(space, next(streams), image, depth)
    paint_face(space, next(streams), image, outside_hull)
    paint_skull(space, next(streams), image, outside_hull, depth)
    paint_brain(space, next(streams), image, t1, brain, shares, outside_hull)
    parts = lesion(space, next(streams), brain, shares)
    paint_lesion(space, next(streams), image, parts)
    paint_vessels(space, next(streams), image, shares, outside_hull)
    truth = thick_slices(np.maximum(parts[0], parts[2])) > VISIBLE_SHARE
    write_tiff(folder / "sample.tif", scanner(next(streams), image))
    write_tiff(folder / "sample_mask.tif", truth.astype(np.uint8) * 255)
    for number, area in enumerate(truth.sum(axis=(1, 2)), start=1):
        print(f"slice {number:2}: {area} px")


if __name__ == "__main__":
    main()
