//! What all parts of a document read: faces with their measures, and pictures.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use super::PdfError;
use super::deflate::Deflater;
use super::face::FaceMeasures;
use crate::fonts::{Catalogue, FaceId};
use crate::picture::Pictures;

/// Read by many threads at once.
pub(super) struct Shared<'a> {
    pub catalogue: &'a Catalogue,
    pub pictures: &'a Pictures,
    /// One place for each face; filled when it is first used.
    measures: Vec<OnceLock<Arc<FaceMeasures>>>,
    deflaters: Mutex<Vec<Deflater>>,
}

impl<'a> Shared<'a> {
    pub fn new(catalogue: &'a Catalogue, pictures: &'a Pictures) -> Self {
        let measures = catalogue.faces().iter().map(|_| OnceLock::new()).collect();
        Self { catalogue, pictures, measures, deflaters: Mutex::default() }
    }

    /// A face's measures.
    ///
    /// # Errors
    /// When the face is not the catalogue's or its font cannot be read.
    pub fn measures(&self, face: FaceId) -> Result<Arc<FaceMeasures>, PdfError> {
        let place = self
            .measures
            .get(usize::from(face.0))
            .ok_or_else(|| PdfError::Internal(format!("face {} is not in the catalogue", face.0)))?;
        if let Some(measures) = place.get() {
            return Ok(Arc::clone(measures));
        }
        let read = Arc::new(FaceMeasures::read(self.catalogue.face(face))?);
        Ok(Arc::clone(place.get_or_init(|| read)))
    }

    /// Lends a compressor, so that each thread makes one and no more.
    pub fn with_deflater<T>(&self, work: impl FnOnce(&mut Deflater) -> T) -> T {
        let lent = self.deflaters.lock().ok().and_then(|mut free| free.pop());
        let mut deflater = lent.unwrap_or_default();
        let result = work(&mut deflater);
        if let Ok(mut free) = self.deflaters.lock() {
            free.push(deflater);
        }
        result
    }

    /// The pictures by the hash of their file.
    pub fn pictures_by_hash(&self) -> HashMap<[u8; 32], &'a crate::picture::Picture> {
        self.pictures.all().iter().map(|picture| (picture.file_hash, picture)).collect()
    }
}
