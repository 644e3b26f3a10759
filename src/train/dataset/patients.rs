//! Decides whose picture each one is: the patient folder, else a column, else every file for itself. Not for reading
//! files (`dataset`).

use std::collections::BTreeSet;

/// What is known of one picture's owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The folders from the data set's root down to the file, outermost first.
    pub folders: Vec<String>,
    /// The table's patient, where there is one.
    pub column: Option<String>,
    /// Path below the root without the extension: the name of a patient who has this picture only.
    pub file: String,
}

/// Folder names that group pictures by what they are and never name a patient.
const GENERIC_FOLDERS: [&str; 26] = [
    "images",
    "image",
    "imgs",
    "img",
    "masks",
    "mask",
    "labels",
    "yes",
    "no",
    "train",
    "training",
    "val",
    "valid",
    "validation",
    "test",
    "testing",
    "data",
    "dataset",
    "slices",
    "scans",
    "positive",
    "negative",
    "tumor",
    "no_tumor",
    "notumor",
    "healthy",
];

/// Whether a folder of this name can be a patient's.
fn can_be_patient(folder: &str) -> bool {
    !GENERIC_FOLDERS.contains(&folder.to_ascii_lowercase().as_str())
}

/// Whose each picture is.
pub struct Assigned {
    /// Patient of each picture by name.
    pub patients: Vec<String>,
    /// The column's patient of each picture, where it is another than the folder's.
    pub told: Vec<Option<String>>,
    /// What must be said about it, each with the pictures that it concerns.
    pub warnings: Vec<(String, Vec<usize>)>,
}

/// The patient of each picture by name, and what must be said about it.
pub fn assign(owners: &[Owner]) -> Assigned {
    let mut folders = patient_folders(owners);
    let mut warnings = Vec::new();
    let columns: BTreeSet<&str> = owners.iter().filter_map(|o| o.column.as_deref()).collect();
    // One folder that holds everybody is no patient folder where the table knows several patients.
    if columns.len() > 1 && folders.iter().all(|f| f.is_some() && f == &folders[0]) {
        let text = "all pictures lie in one folder, so the patients are taken from the table's column".to_owned();
        warnings.push((text, Vec::new()));
        folders = vec![None; owners.len()];
    }
    let (mut disagreeing, mut alone, mut example) = (Vec::new(), 0, None);
    let (mut patients, mut told) = (Vec::with_capacity(owners.len()), vec![None; owners.len()]);
    for (index, (owner, folder)) in owners.iter().zip(folders).enumerate() {
        patients.push(match (folder, &owner.column) {
            (Some(folder), column) => {
                if let Some(column) = column.as_ref().filter(|&c| *c != folder) {
                    disagreeing.push(index);
                    told[index] = Some(column.clone());
                    example.get_or_insert_with(|| format!("\"{column}\" in the column, \"{folder}\" the folder"));
                }
                folder
            }
            (None, Some(column)) => column.clone(),
            (None, None) => {
                alone += 1;
                owner.file.clone()
            }
        });
    }
    if let Some(example) = example {
        let text = format!(
            "the patient column disagrees with the patient folder in {} of {} rows ({example}); the folder counts",
            disagreeing.len(),
            owners.len()
        );
        warnings.push((text, disagreeing));
    }
    if alone > 0 {
        let text = format!(
            "{alone} pictures have neither a patient folder nor a patient column: each counts as its own patient, so slices of one person may land in several parts"
        );
        warnings.push((text, Vec::new()));
    }
    Assigned { patients, told, warnings }
}

/// The outermost folder that tells pictures apart: generic names and what all share are passed over, and a folder of
/// series inside a patient's folder stays one patient.
fn patient_folders(owners: &[Owner]) -> Vec<Option<String>> {
    let mut paths: Vec<Vec<&str>> =
        owners.iter().map(|o| o.folders.iter().map(String::as_str).filter(|f| can_be_patient(f)).collect()).collect();
    while paths.iter().all(|p| p.len() > 1 && p[0] == paths[0][0]) && !paths.is_empty() {
        for path in &mut paths {
            path.remove(0);
        }
    }
    paths.iter().map(|p| p.first().map(|&f| f.to_owned())).collect()
}
